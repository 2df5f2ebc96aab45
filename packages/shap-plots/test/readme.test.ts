import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { SaxesParser } from "saxes";
import * as plots from "../src/index.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

it("the README's program runs as it stands and writes every plot", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const program = Array.from(readme.matchAll(/```js\n([\s\S]*?)```/g), ([, code]) => code).join("\n");
  const folder = await mkdtemp(join(tmpdir(), "shap-plots-readme-"));
  try {
    for (const name of ["node_modules", "examples"]) await symlink(join(root, name), join(folder, name));
    await writeFile(join(folder, "program.mjs"), program);
    await execa("node", ["program.mjs"], { cwd: folder });
    const written = (await readdir(folder)).filter((name) => name.endsWith(".svg"));
    expect(written.sort()).toEqual(
      Object.keys(plots)
        .sort()
        .map((plot) => `${plot}.svg`),
    );
    for (const name of written) {
      const parser = new SaxesParser();
      parser.on("error", (error) => {
        throw error;
      });
      parser.write(await readFile(join(folder, name), "utf8")).close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 90_000);
