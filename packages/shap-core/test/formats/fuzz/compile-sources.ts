import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const packageFolder = fileURLToPath(new URL("../../../", import.meta.url));

export interface CompiledSources {
  /** The URL of a source file's JavaScript. */
  readonly urlOf: (file: string) => URL;
  readonly remove: () => void;
}

/**
 * The package's sources and these tests as JavaScript that a plain Node process can run, as written now. They lie
 * inside the package, so that they are ES modules and find its dependencies.
 */
export function compileSources(): CompiledSources {
  const folder = join(packageFolder, "build", `fuzz-${process.pid}-${Date.now()}`);
  for (const root of ["src", "test/formats/fuzz"]) {
    for (const file of readdirSync(join(packageFolder, root), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts")) continue;
      const target = join(folder, root, file.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, transpile(join(packageFolder, root, file)));
    }
  }
  return {
    urlOf: (file) => pathToFileURL(join(folder, file)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function transpile(file: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions }).outputText;
}
