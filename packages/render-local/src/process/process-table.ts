import { readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";

/** One process as the system sees it. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  group: number;
  session: number;
  command: string;
  residentBytes: number;
  /** Processor time used, user and system. */
  cpuSeconds: number;
}

const pageBytes = 4096;
const ticksPerSecond = 100;

/** Every process of this computer at one moment. */
export class ProcessTable {
  readonly #byPid: Map<number, ProcessEntry>;
  readonly #children = new Map<number, ProcessEntry[]>();

  private constructor(entries: ProcessEntry[]) {
    this.#byPid = new Map(entries.map((entry) => [entry.pid, entry]));
    for (const entry of entries) {
      const siblings = this.#children.get(entry.parent);
      if (siblings) siblings.push(entry);
      else this.#children.set(entry.parent, [entry]);
    }
  }

  static async read(): Promise<ProcessTable> {
    return new ProcessTable(process.platform === "linux" ? readProc() : await readPs());
  }

  get pids(): ReadonlySet<number> {
    return new Set(this.#byPid.keys());
  }

  children(pid: number): ProcessEntry[] {
    return this.#children.get(pid) ?? [];
  }

  /**
   * A process, all that descend from it, and all of its process group and session: a child whose parent has
   * ended is adopted by another process, but it keeps its session.
   */
  tree(root: number): ProcessEntry[] {
    const found = new Map<number, ProcessEntry>();
    const visit = (entry: ProcessEntry | undefined): void => {
      if (!entry || found.has(entry.pid)) return;
      found.set(entry.pid, entry);
      for (const child of this.children(entry.pid)) visit(child);
    };
    visit(this.#byPid.get(root));
    for (const entry of this.#byPid.values()) {
      if (entry.session === root || entry.group === root) visit(entry);
    }
    return [...found.values()];
  }
}

/**
 * Memory of some processes with what they share (the program's own pages) counted once, as a container counts it.
 * Falls back to the resident size where the system does not tell.
 */
export function proportionalBytes(entries: ProcessEntry[]): number {
  return entries.reduce((sum, entry) => sum + (proportionalBytesOf(entry.pid) ?? entry.residentBytes), 0);
}

function proportionalBytesOf(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
    return match ? Number(match[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}

function readProc(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const entry = parseStat(readFileSync(`/proc/${name}/stat`, "utf8"));
      if (entry) entries.push(entry);
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return entries;
}

/** The fields of proc(5)'s stat that matter here; the command may hold blanks and brackets. Zombies are left out. */
function parseStat(text: string): ProcessEntry | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return {
    pid: Number(text.slice(0, open)),
    command: text.slice(open + 1, close),
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    residentBytes: Number(fields[21]) * pageBytes,
  };
}

async function readPs(): Promise<ProcessEntry[]> {
  const { stdout } = await execa("ps", ["-axo", "pid=,ppid=,pgid=,rss=,time=,comm="]);
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 6)
    .map(([pid, parent, group, rss, time, ...command]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: Number(group),
      residentBytes: Number(rss) * 1024,
      cpuSeconds: time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0),
      command: command.join(" ").split("/").at(-1) ?? "",
    }));
}
