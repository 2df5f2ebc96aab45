import { readFileSync } from "node:fs";
import type { Explanation } from "shap-core";
import * as plots from "../src/index.js";

const docs = new URL("../../../docs/", import.meta.url);

export interface GalleryPicture {
  /** The SVG file, from docs/. */
  readonly name: string;
  readonly file: URL;
  /** The code of docs/plots.md that makes it. */
  readonly code: string;
  draw(explanation: Explanation): string;
}

/** Every picture of docs/plots.md with the code above it, ready to run. */
export function galleryPictures(): GalleryPicture[] {
  const text = readFileSync(new URL("plots.md", docs), "utf8");
  const about = /```js\n(const about = [\s\S]*?)```/.exec(text)![1]!;
  const examples = text.matchAll(/```js\n((?:(?!```)[\s\S])*)```\n!\[[^\]]*\]\((plots\/[^)]+)\)/g);
  return Array.from(examples, ([, code, file]) => ({
    name: file!,
    file: new URL(file!, docs),
    code: code!.trim(),
    draw(explanation) {
      const run = new Function("explanation", ...Object.keys(plots), `${about}\nreturn ${code}`);
      return run(explanation, ...Object.values(plots)) as string;
    },
  }));
}
