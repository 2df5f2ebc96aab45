import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/** Longer than this a program is waited for neither at its start nor at its end. */
const PATIENCE_MS = 60_000;
const TICKS_A_SECOND = 100;

/** None outlives this process, however that ends. */
const living = new Set<Program>();
process.once("exit", () => {
  for (const program of living) program.kill();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

export interface ProgramOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** The one processor it may use. Default: all. */
  readonly cpu?: number;
}

/** A program that runs beside this one, with what it wrote last and the processor time it took (Linux: from /proc). */
export class Program {
  private text = "";

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (part: string) => {
        this.text = (this.text + part).slice(-20_000);
      });
    }
  }

  static async start(command: string, args: string[], options: ProgramOptions = {}): Promise<Program> {
    const env = { ...process.env, ...options.env };
    // taskset becomes the program: the process id stays.
    const [file, ...rest] =
      options.cpu === undefined
        ? [command, ...args]
        : ["taskset", "-c", String(options.cpu), command, ...args];
    const child = spawn(file!, rest, { env, cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"] });
    await once(child, "spawn");
    const program = new Program(child);
    living.add(program);
    child.once("exit", () => living.delete(program));
    return program;
  }

  /** Waits until the program has written what matches. @throws Error with its last words where it ends or never does */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const match = this.text.match(pattern);
      if (match !== null) return match;
      if (this.ended || Date.now() > deadline)
        throw new Error(`${this.child.spawnfile} did not say ${pattern}:\n${this.lastWords()}`);
      await setTimeout(10);
    }
  }

  lastWords(): string {
    return this.text.trimEnd().split("\n").slice(-20).join("\n");
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Processor seconds of the program and of all it started, living or ended. */
  cpuSeconds(): number {
    return this.family().reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  }

  /** Resident set size of the program itself. */
  rssBytes(): number {
    const status = whereAlive(() => readFileSync(`/proc/${this.child.pid}/status`, "utf8"), "");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  /** Asks it to end; what does not is killed, with all it started. */
  async stop(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const late = new AbortController();
    await Promise.race([exit, setTimeout(5000, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
    if (this.ended) return;
    this.kill();
    await exit;
  }

  kill(): void {
    for (const pid of this.family()) kill(pid);
  }

  /** The program and its living descendants, by process id. */
  private family(): number[] {
    const found = [this.child.pid!];
    for (const pid of found) found.push(...childrenOf(pid));
    return found;
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function childrenOf(pid: number): number[] {
  const tasks = whereAlive(() => readdirSync(`/proc/${pid}/task`), []);
  return tasks.flatMap((task) =>
    whereAlive(() => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"), "")
      .split(" ")
      .filter((text) => text.trim() !== "")
      .map(Number),
  );
}

function cpuSecondsOf(pid: number): number {
  const stat = whereAlive(() => readFileSync(`/proc/${pid}/stat`, "utf8"), "");
  if (stat === "") return 0;
  // After the name in brackets, from field 3 on: 14 to 17 are user and system time, its own and its ended children's.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_A_SECOND;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A process may end between two looks. */
function whereAlive<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return otherwise;
    throw error;
  }
}
