import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Reads again and again what every process of this computer shows of itself: its arguments are public. */
export class ProcessWatch {
  /** Every command line that was seen. */
  readonly commandLines = new Set<string>();
  /** What the processes of git were given of the environment. */
  readonly gitEnvironments = new Set<string>();
  readonly #timer = setInterval(() => this.#look(), 5);

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        this.commandLines.add(line);
        if (/^git /.test(line)) this.gitEnvironments.add(readFileSync(`/proc/${pid}/environ`, "utf8"));
      } catch {
        // It ended between the listing and the reading.
      }
    }
  }
}

/** The ids of the git processes that work in a folder. */
export function gitProcessesIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("git\0") &&
        readlinkSync(`/proc/${pid}/cwd`) === folder
      );
    } catch {
      return false;
    }
  });
}
