import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);

/** A program of this repository as a process of its own, with nothing of this process's environment but the PATH. */
export class NodeProcess {
  stdout = "";
  stderr = "";
  private readonly exit: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    child.stdout!.on("data", (text) => {
      this.stdout += text;
    });
    child.stderr!.on("data", (text) => {
      this.stderr += text;
    });
    this.exit = once(child, "close").then(([code]) => code as number | null);
  }

  /**
   * @param script from the repository's root
   * @param through a command that runs the one that follows it, such as unshare with its options
   */
  static start(
    script: string,
    env: Record<string, string> = {},
    through: readonly string[] = [],
  ): NodeProcess {
    const path = fileURLToPath(new URL(script, root));
    const [command = process.execPath, ...args] = [...through, process.execPath, path];
    return new NodeProcess(
      spawn(command, args, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] }),
    );
  }

  get pid(): number {
    return this.child.pid!;
  }

  get runs(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The exit code, once everything it wrote is read. */
  exited(): Promise<number | null> {
    return this.exit;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.child.kill(signal);
    return this.exit;
  }

  /** The first match in what it wrote. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this.stdout.match(pattern);
      if (match !== null) return match;
      if (!this.runs) throw new Error(`exited before it said ${pattern}: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
