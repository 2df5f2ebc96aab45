import { readFileSync } from "node:fs";
import * as shapCore from "../src/index.js";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/explainers.md", root), "utf8");

/** The page's code blocks, each under its heading; the first is what all others stand on. */
const [setup, ...examples] = Array.from(
  page.matchAll(/(?:^#+ (?<heading>.*)\n(?:(?!^#+ )[\s\S])*?)```js\n(?<code>[\s\S]*?)```/gm),
  ({ groups }) => ({ heading: groups!.heading!, code: groups!.code! }),
);

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...args: unknown[]) => Promise<void>;

/** `expression; // → text` at a line's start becomes a check. */
const checked = (code: string) =>
  code.replace(
    /^(?:const \w+ = )?(.*); \/\/ → (.*)$/gm,
    (_, expression, text) => `check(${expression}, ${JSON.stringify(text)});`,
  );

/** As the page shows results: text as it is, all else as JSON with three decimals. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Float64Array) return Array.from(part);
    return typeof part === "number" ? Number(part.toFixed(3)) : part;
  });
}

async function run(code: string): Promise<void> {
  const program = checked(`${setup!.code}\n${code}`).replace(
    /^import (\{.*\}) from "shap-core";$/m,
    "const $1 = shapCore;",
  );
  const readFile = (path: string) => readFileSync(new URL(path, root));
  const check = (value: unknown, text: string) => expect(shown(value)).toBe(text);
  await new AsyncFunction("shapCore", "readFile", "check", program)(shapCore, readFile, check);
}

describe("docs/explainers.md", () => {
  it.each(examples)("$heading does what the page says", ({ code }) => run(code));

  it("has an example for every explainer, and one for each other heading", () => {
    const headings = examples.map(({ heading }) => heading);
    expect(headings).toEqual(
      expect.arrayContaining(["tree", "linear", "exact", "kernel", "permutation", "sampling", "partition"]),
    );
    expect(examples.every(({ code }) => code.includes("// → "))).toBe(true);
  });
});
