import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { execa, type ResultPromise } from "execa";
import { ProcessTable } from "./process-table.js";

/** Where a command runs. */
export type Isolation = "process" | "namespaces";

export interface ProcessOptions {
  command: string;
  folder: string;
  env: Record<string, string>;
  isolation: Isolation;
  /** The name of the host inside of its own namespace. */
  hostName: string;
  onLine: (line: string, stream: "stdout" | "stderr") => void;
}

export interface ProcessEnd {
  /** 128 + n when signal n ended it, as a shell reports it. */
  exitCode: number;
}

const drainMilliseconds = 2000;
const shells = new Set(["sh", "bash", "dash", "zsh", "unshare"]);
const signalNumbers: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGTERM: 15 };

const hasSetpriv = process.platform === "linux" && existsSync("/usr/bin/setpriv");

// The first process of the namespace: gives the host its name, starts the command and waits for it.
const namespaceInit = 'hostname "$1"; bash -c "$2" & wait $!';

/** A command of the Blueprint as a real process in a session of its own, with everything it starts. */
export class RunningProcess {
  /** The process that was started; its descendants are found from here. */
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  #hasEnded = false;

  private constructor(subprocess: ResultPromise<typeof spawnOptions>, options: ProcessOptions) {
    this.pid = subprocess.pid as number;
    const streams = (["stdout", "stderr"] as const).map(async (name) => {
      const lines = createInterface({ input: subprocess[name], crlfDelay: Number.POSITIVE_INFINITY });
      lines.on("line", (line) => options.onLine(line, name));
      await once(lines, "close");
    });
    const closed = Promise.all(streams);
    this.ended = subprocess.then(async (result) => {
      this.#hasEnded = true;
      // What the command left behind goes with it, as everything in a container does.
      await this.kill();
      // A daemon that left the session may still hold the other end; its words are not waited for.
      await Promise.race([closed, sleep(drainMilliseconds, undefined, { ref: false })]);
      subprocess.stdout.destroy();
      subprocess.stderr.destroy();
      return { exitCode: result.exitCode ?? 128 + (signalNumbers[result.signal ?? ""] ?? 0) };
    });
  }

  /** @throws when the shell or `unshare` cannot be started */
  static start(options: ProcessOptions): RunningProcess {
    const { command, folder, env, isolation, hostName } = options;
    const [file, args] =
      isolation === "namespaces"
        ? ([
            "unshare",
            [
              "--pid",
              "--uts",
              "--ipc",
              "--fork",
              "--kill-child",
              "--mount-proc",
              "bash",
              "-c",
              namespaceInit,
              "init",
              hostName,
              command,
            ],
          ] as const)
        : (["bash", ["-c", command]] as const);
    const subprocess = execa(...dyingWithUs(file, args), { ...spawnOptions, cwd: folder, env });
    if (subprocess.pid === undefined) {
      subprocess.catch(() => {});
      throw new Error(`${file} could not be started in ${folder}`);
    }
    return new RunningProcess(subprocess, options);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Asks the command to stop. A shell passes no signal on, so the signal goes to what the shell has started:
   * `npm start` and `node main.js` get it alike, and each only once.
   */
  async terminate(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#hasEnded) return;
    const table = await ProcessTable.read();
    const targets = (pid: number, command: string): number[] => {
      const children = table.children(pid);
      if (!shells.has(command) || children.length === 0) return [pid];
      return children.flatMap((child) => targets(child.pid, child.command));
    };
    const root = table.tree(this.pid).find((entry) => entry.pid === this.pid);
    if (root) for (const pid of targets(root.pid, root.command)) send(pid, signal);
  }

  /** Ends the command and everything it started, at once. */
  async kill(): Promise<void> {
    const table = await ProcessTable.read();
    send(-this.pid, "SIGKILL");
    for (const { pid } of table.tree(this.pid)) send(pid, "SIGKILL");
  }

  /** For the moment the whole program ends and nothing can be awaited any more. */
  killGroupNow(): void {
    if (!this.#hasEnded) send(-this.pid, "SIGKILL");
  }
}

/** Lets the system end the command when this program is killed and can end nothing itself any more. */
function dyingWithUs(file: string, args: readonly string[]): [string, readonly string[]] {
  return hasSetpriv ? ["setpriv", ["--pdeathsig", "KILL", file, ...args]] : [file, args];
}

const spawnOptions = {
  extendEnv: false,
  detached: true,
  reject: false,
  buffer: false,
  stdin: "ignore",
  cleanup: false,
} as const;

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
