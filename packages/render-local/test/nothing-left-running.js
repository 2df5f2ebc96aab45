import { execFile } from "node:child_process";
import { readdir, readlink, rm } from "node:fs/promises";
import { promisify } from "node:util";

/** Fails the run when a process or a file of the tests is left behind. A port cannot be left without its process. */
export default async function nothingLeftRunning() {
  const folder = process.env.RENDER_LOCAL_TEST_FOLDER;
  const processes = await processesIn(folder);
  const files = await readdir(folder);
  await rm(folder, { recursive: true, force: true });
  if (processes.length > 0) throw new Error(`the tests left processes running:\n${processes.join("\n")}`);
  if (files.length > 0) throw new Error(`the tests left files behind: ${files.join(", ")}`);
}

async function processesIn(folder) {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,command="]);
  const lines = stdout.split("\n").map((line) => line.trim());
  const found = [];
  for (const line of lines) {
    const pid = line.split(" ", 1)[0];
    const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    if (line.includes(folder) || workingFolder.startsWith(folder)) found.push(line);
  }
  return found;
}
