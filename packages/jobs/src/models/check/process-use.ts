import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** What another process takes of the machine. */
export interface ProcessUse {
  readonly residentBytes: number;
  /** Processor time so far, of all its threads. */
  readonly cpuMs: number;
}

/** Linux tells processes of time in hundredths of a second, whatever its own clock does. */
const TICK_MS = 10;

/** Undefined once the process is gone. */
export async function processUse(pid: number): Promise<ProcessUse | undefined> {
  try {
    return process.platform === "linux" ? await fromProc(pid) : await fromPs(pid);
  } catch {
    return undefined;
  }
}

/** proc(5): the name in parentheses may hold anything, so fields are counted from behind it. */
async function fromProc(pid: number): Promise<ProcessUse | undefined> {
  const kilobytes = /^VmRSS:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /s, "").split(" ");
  if (kilobytes === undefined) return undefined;
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return { residentBytes: Number(kilobytes) * 1024, cpuMs: (user + system) * TICK_MS };
}

async function fromPs(pid: number): Promise<ProcessUse> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=,time=", "-p", String(pid)]);
  const [kilobytes, time = ""] = stdout.trim().split(/\s+/);
  const seconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0);
  return { residentBytes: Number(kilobytes) * 1024, cpuMs: seconds * 1000 };
}
