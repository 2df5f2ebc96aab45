import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../src");
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path): [string, string] => [path, readFileSync(join(folder, path), "utf8")]);

it("programs are started with execa, a fixed name and an array of arguments, never through a shell", () => {
  const starts = sources.flatMap(([path, text]) =>
    [...text.matchAll(/\bexeca\w*(?:\(([^,]*), (\w+)|`)/g)].map(([, program, args]) => [path, program, args]),
  );
  expect(starts.sort()).toEqual([
    ["checks/build.ts", '"npm"', "args"],
    ["git/git.ts", '"git"', "args"],
  ]);
  for (const [, text] of sources) expect(text).not.toMatch(/child_process|shell:|execaCommand|\$`/);
});
