import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";

/** What a browser made of one SVG document. */
export interface Rendering {
  /** The XML parser's message where the document is broken. */
  readonly parseError?: string;
  readonly width: number;
  readonly height: number;
  readonly marks: number;
  readonly texts: number;
  /** Texts that stick out of the document. */
  readonly overflowing: readonly string[];
  /** Pairs of texts that lie on each other. */
  readonly overlapping: readonly string[];
}

/** Draws SVG documents in Chromium, one process for all, and measures them there. */
export async function renderInChromium(documents: readonly string[]): Promise<Rendering[]> {
  const folder = await mkdtemp(join(tmpdir(), "shap-plots-"));
  try {
    const page = join(folder, "page.html");
    // JSON inside a script element: only `<` could end it.
    const data = JSON.stringify(documents).replaceAll("<", "\\u003c");
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><body><script>const documents=${data};${measure.toString()};
      const result=document.createElement("pre");result.id="result";
      result.textContent=encodeURIComponent(JSON.stringify(measure(documents)));
      document.body.replaceChildren(result);</script>`,
    );
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
    ];
    const { stdout } = await execa(
      "chromium",
      [...flags, `--user-data-dir=${join(folder, "profile")}`, "--dump-dom", pathToFileURL(page).href],
      { timeout: 60_000 },
    );
    const result = /<pre id="result">([^<]*)<\/pre>/.exec(stdout)?.[1];
    if (result === undefined) throw new Error(`Chromium gave no result:\n${stdout.slice(0, 2000)}`);
    return JSON.parse(decodeURIComponent(result)) as Rendering[];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs inside the page: it must not use anything from this file. */
function measure(documents: readonly string[]) {
  // biome-ignore lint/suspicious/noExplicitAny: the page's globals; this package has no DOM types
  const { document, DOMParser } = globalThis as any;
  return documents.map((text) => {
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    const error = parsed.querySelector("parsererror");
    const svg = document.importNode(parsed.documentElement, true);
    document.body.replaceChildren(svg);
    const frame = svg.getBoundingClientRect();
    const boxes = Array.from(svg.querySelectorAll("text"), (node: never) => {
      const element = node as {
        getBoundingClientRect(): Box;
        lastChild: { textContent: string };
        textContent: string;
      };
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return { left, right, top, bottom, text: element.textContent };
    });
    const overflowing = boxes.filter(
      (box) =>
        box.left < frame.left - 0.5 ||
        box.right > frame.right + 0.5 ||
        box.top < frame.top - 0.5 ||
        box.bottom > frame.bottom + 0.5,
    );
    const overlapping: string[] = [];
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 3) overlapping.push(`${a.text} | ${b.text}`);
      }
    });
    return {
      parseError: error?.textContent,
      width: frame.width,
      height: frame.height,
      marks: svg.querySelectorAll("path,rect,circle").length,
      texts: boxes.length,
      overflowing: overflowing.map(({ text }) => text),
      overlapping,
    };
  });
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
