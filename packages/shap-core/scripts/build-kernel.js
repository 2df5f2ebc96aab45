// Builds assembly/ into src/tree/compiled/kernel-bytes.ts: one small WebAssembly module inside the package, as text,
// so that nothing has to be fetched or read and it is the same in Node, in a browser and in a bundle.
import { readFile, writeFile } from "node:fs/promises";
import asc from "assemblyscript/asc";

const root = new URL("../", import.meta.url);
const target = new URL("src/tree/compiled/kernel-bytes.ts", root);

process.chdir(new URL("assembly/", root).pathname);
const binaries = [];
for (const shared of [[], ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"]]) {
  const { error, stdout, stderr, binary } = await compile(shared);
  if (error) {
    console.error(stderr || stdout || error.message);
    process.exit(1);
  }
  binaries.push(Buffer.from(binary).toString("base64"));
}
const source = [
  "// Built from ../../../assembly by scripts/build-kernel.js; not kept in git.",
  `export const kernelBytes = "${binaries[0]}";`,
  "// The same for a memory that threads share: WebAssembly tells the two kinds of memory apart.",
  `export const sharedKernelBytes = "${binaries[1]}";`,
  "",
].join("\n");
const current = await readFile(target, "utf8").catch(() => "");
if (current !== source) await writeFile(target, source);

async function compile(options) {
  let bytes;
  const result = await asc.main(["--config", "asconfig.json", "--outFile", "kernel.wasm", ...options], {
    stdout: asc.createMemoryStream(),
    stderr: asc.createMemoryStream(),
    writeFile(name, contents) {
      if (name === "kernel.wasm") bytes = contents;
    },
  });
  return { ...result, stdout: String(result.stdout), stderr: String(result.stderr), binary: bytes };
}
