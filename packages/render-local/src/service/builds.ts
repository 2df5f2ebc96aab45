import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Commit, GitRemote } from "../git/remote.js";
import { randomText } from "../ids.js";
import { RunningProcess } from "../process/running-process.js";
import type { Artifact } from "./deploy.js";

export interface BuildRequest {
  commit: Commit;
  rootDir: string;
  buildCommand: string;
  env: Record<string, string>;
  /** Build anew although the same build is there. */
  fresh: boolean;
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/** A build that ended with a code other than 0, or could not begin. */
export class BuildError extends Error {
  override readonly name = "BuildError";

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

interface SharedBuild {
  artifact: Promise<Artifact>;
  waiting: number;
  abort: AbortController;
}

/** Builds nobody runs that are kept for a rollback; a dependency folder can be large. */
const keptBuilds = 10;

/** Builds commits. Services with the same commit, root folder and build command share one build. */
export class Builds {
  readonly #shared = new Map<string, SharedBuild>();
  /** Oldest first. */
  #finished: { key: string; checkout: string; artifact: Artifact }[] = [];

  constructor(
    private readonly folder: string,
    private readonly remote: GitRemote,
    private readonly share: boolean,
  ) {}

  /**
   * The built folder of a commit.
   *
   * @throws BuildError when the command fails, AbortError when `signal` aborts
   */
  async build(request: BuildRequest): Promise<Artifact> {
    const { commit, rootDir, buildCommand } = request;
    const isOwn = request.fresh || !this.share;
    const key = JSON.stringify([commit.id, rootDir, buildCommand, isOwn ? randomText(8) : ""]);
    let build = this.#shared.get(key);
    if (build) {
      request.onLine(`==> Sharing the build of commit ${commit.id.slice(0, 7)}`);
    } else {
      const abort = new AbortController();
      build = { abort, waiting: 0, artifact: this.#run(key, request, abort.signal) };
      this.#shared.set(key, build);
      // A failed build is not kept: the next deploy tries again.
      build.artifact.catch(() => this.#shared.delete(key));
    }
    return await this.#waitFor(build, request.signal);
  }

  /** Gives up one deploy's wait at once, and the build itself when nobody else waits for it. */
  async #waitFor(build: SharedBuild, signal: AbortSignal): Promise<Artifact> {
    build.waiting += 1;
    try {
      return await unlessAborted(build.artifact, signal);
    } finally {
      build.waiting -= 1;
      if (signal.aborted && build.waiting === 0) build.abort.abort();
    }
  }

  /** Whether a build can still be started again. */
  has(artifact: Artifact): boolean {
    return this.#finished.some((build) => build.artifact === artifact);
  }

  /** Removes the oldest builds but for the last ten and those in use. */
  async prune(inUse: ReadonlySet<Artifact>): Promise<void> {
    const spare = this.#finished.filter((build) => !inUse.has(build.artifact));
    const surplus = new Set(spare.slice(0, Math.max(0, spare.length - keptBuilds)));
    this.#finished = this.#finished.filter((build) => !surplus.has(build));
    for (const { key, checkout } of surplus) {
      this.#shared.delete(key);
      await rm(checkout, { recursive: true, force: true });
    }
  }

  async #run(key: string, request: BuildRequest, signal: AbortSignal): Promise<Artifact> {
    const { commit, rootDir, buildCommand, env, onLine } = request;
    const checkout = join(this.folder, `${commit.id.slice(0, 12)}-${randomText(6)}`);
    try {
      await mkdir(this.folder, { recursive: true });
      onLine(`==> Checking out commit ${commit.id}`);
      await this.remote.checkOut(commit.id, checkout);
      const folder = join(checkout, rootDir);
      const isFolder = await stat(folder)
        .then((found) => found.isDirectory())
        .catch(() => false);
      if (!isFolder) throw new BuildError(`the root folder ${rootDir} is not in commit ${commit.id}`, 1);
      signal.throwIfAborted();
      if (buildCommand !== "") {
        onLine(`==> Running build command '${buildCommand}'...`);
        await this.#runCommand(buildCommand, folder, env, signal, onLine);
      }
      onLine("==> Build successful 🎉");
      const artifact = { commit, folder };
      this.#finished.push({ key, checkout, artifact });
      return artifact;
    } catch (error) {
      await rm(checkout, { recursive: true, force: true });
      throw error;
    }
  }

  async #runCommand(
    command: string,
    folder: string,
    env: Record<string, string>,
    signal: AbortSignal,
    onLine: (line: string) => void,
  ): Promise<void> {
    const running = RunningProcess.start({
      command,
      folder,
      env,
      isolation: "process",
      hostName: "build",
      onLine: (line) => onLine(line),
    });
    const onAbort = (): void => void running.kill();
    signal.addEventListener("abort", onAbort, { once: true });
    const { exitCode } = await running.ended;
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
    if (exitCode !== 0) throw new BuildError(`'${command}' ended with status ${exitCode}`, exitCode);
  }
}

/** What `work` gives, or a rejection as soon as `signal` aborts. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
