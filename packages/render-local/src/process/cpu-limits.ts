import { existsSync } from "node:fs";
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = "/sys/fs/cgroup";
const periodMicroseconds = 100_000;

/** Gives each instance its plan's share of the processor, through control groups where this computer lets us. */
export class CpuLimits {
  private constructor(
    /** The group all instances' groups lie in; undefined where there are none. */
    readonly folder: string | undefined,
    private readonly version: 1 | 2,
  ) {}

  /** @returns limits that do nothing where control groups cannot be used (no Linux, no root) or are not wanted */
  static async open(wanted: boolean): Promise<CpuLimits> {
    if (!wanted || process.platform !== "linux") return new CpuLimits(undefined, 2);
    try {
      if (existsSync(join(root, "cgroup.controllers"))) {
        const controllers = await readFile(join(root, "cgroup.subtree_control"), "utf8");
        if (!controllers.split(/\s/).includes("cpu")) return new CpuLimits(undefined, 2);
        return await CpuLimits.#create(root, 2);
      }
      return await CpuLimits.#create(join(root, "cpu"), 1);
    } catch {
      return new CpuLimits(undefined, 2);
    }
  }

  static async #create(controller: string, version: 1 | 2): Promise<CpuLimits> {
    await removeGroupsOfTheDead(controller);
    const parent = join(controller, `render-local-${process.pid}-${Date.now()}`);
    await mkdir(parent);
    if (version === 2) await writeFile(join(parent, "cgroup.subtree_control"), "+cpu");
    else await access(join(parent, "cpu.cfs_quota_us"), constants.W_OK);
    return new CpuLimits(parent, version);
  }

  /** Whether limits have an effect on this computer. */
  get inEffect(): boolean {
    return this.folder !== undefined;
  }

  /** Holds a process, and all it will start, to `cpus` processors. */
  async apply(name: string, pid: number, cpus: number): Promise<void> {
    if (!this.folder) return;
    const group = join(this.folder, name);
    const quota = Math.round(cpus * periodMicroseconds);
    try {
      await mkdir(group, { recursive: true });
      if (this.version === 2) await writeFile(join(group, "cpu.max"), `${quota} ${periodMicroseconds}`);
      else await writeFile(join(group, "cpu.cfs_quota_us"), String(quota));
      await writeFile(join(group, "cgroup.procs"), String(pid));
    } catch {
      // The process has ended already, or the system allows no more: it then runs without a limit.
    }
  }

  async release(name: string): Promise<void> {
    if (this.folder) await removeGroup(join(this.folder, name));
  }

  async close(): Promise<void> {
    if (this.folder) await removeGroup(this.folder);
  }
}

/** A render-local that was killed could not remove its groups: the next one does. */
async function removeGroupsOfTheDead(controller: string): Promise<void> {
  for (const name of await readdir(controller)) {
    const owner = /^render-local-(\d+)-/.exec(name)?.[1];
    if (!owner || existsSync(`/proc/${owner}`)) continue;
    const entries = await readdir(join(controller, name), { withFileTypes: true });
    for (const entry of entries)
      if (entry.isDirectory()) await removeGroup(join(controller, name, entry.name));
    await removeGroup(join(controller, name));
  }
}

/** A group can be removed a moment after its last process has ended. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 20 && existsSync(folder); attempt += 1) {
    try {
      await rmdir(folder);
    } catch {
      await sleep(25);
    }
  }
}
