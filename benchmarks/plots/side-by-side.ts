// Sets docs/plots/*.svg beside what Python's shap draws of the same values, on one HTML page to look at:
//
//   python benchmarks/plots/shap_plots.py OUT && node --import ./scripts/ts-node.js benchmarks/plots/side-by-side.ts OUT
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const out = process.argv[2];
if (out === undefined) {
  console.error("usage: node --import ./scripts/ts-node.js benchmarks/plots/side-by-side.ts OUT");
  process.exit(2);
}

const gallery = new URL("../../docs/plots/", import.meta.url);
const sections = readdirSync(gallery)
  .filter((file) => file.endsWith(".svg"))
  .map((file) => {
    const name = file.slice(0, -".svg".length);
    const png = `shap-${name}.png`;
    const html = `shap-${name}.html`;
    const theirs = existsSync(join(out, png))
      ? `<img src="${png}" width="720">`
      : existsSync(join(out, html))
        ? `<iframe src="${html}" width="720" height="460"></iframe>`
        : "<p>shap has no such picture.</p>";
    const ours = readFileSync(new URL(file, gallery), "utf8");
    return `<h2>${name}</h2><div><figure>${ours}</figure><figure>${theirs}</figure></div>`;
  });

const page = join(out, "side-by-side.html");
writeFileSync(
  page,
  `<!doctype html><meta charset="utf-8"><title>shap-plots beside shap</title>
<style>body{font:14px sans-serif;margin:16px}div{display:flex;gap:16px}figure{margin:0;width:720px}</style>
${sections.join("\n")}
`,
);
console.log(resolve(page));
