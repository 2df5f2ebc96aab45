import { EventEmitter } from "node:events";
import { appendFile, chmod, mkdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { RenderLocalError } from "../errors.js";
import { git } from "./git.js";

export interface Commit {
  id: string;
  message: string;
  /** ISO 8601. */
  createdAt: string;
}

/** A branch that moved because of a push. */
export interface Push {
  branch: string;
  before: string;
  after: string;
}

// A hook cannot call back into this process without a client of its own; a line in a file is enough and works anywhere.
const hook = `#!/bin/sh\ncat >> "$(git rev-parse --git-dir)/pushes"\n`;
const pollMilliseconds = 60;

/** The repository on the service's side: a bare repository that says when a branch is pushed. Emits `push`. */
export class GitRemote extends EventEmitter<{ push: [Push] }> {
  #timer: NodeJS.Timeout | undefined;
  #readBytes = 0;
  #reading = false;

  private constructor(
    readonly url: string,
    readonly defaultBranch: string,
  ) {
    super();
  }

  /**
   * Makes the bare repository in `folder` and brings the commit `source` has checked out to it.
   *
   * @param branch the branch to fill; the one that `source` has checked out when not given
   * @throws RenderLocalError when `source` is no git repository or has no commit
   */
  static async create(folder: string, source: string, branch?: string): Promise<GitRemote> {
    const from = await realpath(source).catch(() => {
      throw new RenderLocalError(`There is no folder ${source}; give the repository with --repo.`);
    });
    const top = await git(from, "rev-parse", "--show-toplevel").catch(() => {
      throw new RenderLocalError(
        `${source} is no git repository. Render deploys commits: run git init, git add and git commit there first.`,
      );
    });
    await git(top, "rev-parse", "--verify", "HEAD").catch(() => {
      throw new RenderLocalError(
        `${source} has no commit yet. Render deploys commits: run git commit first.`,
      );
    });
    const current = await git(top, "symbolic-ref", "--short", "HEAD").catch(() => "main");
    const target = branch ?? current;
    const commit = target === current ? "HEAD" : target;

    await mkdir(folder, { recursive: true });
    await git(folder, "init", "--quiet", "--bare", "--initial-branch", target);
    // A checkout made by continuous integration is shallow, and so are the pushes from it.
    await git(folder, "config", "receive.shallowUpdate", "true");
    await git(folder, "config", "gc.auto", "0");
    await git(folder, "fetch", "--quiet", "--update-shallow", top, `${commit}:refs/heads/${target}`);
    const hookPath = join(folder, "hooks", "post-receive");
    await mkdir(join(folder, "hooks"), { recursive: true });
    await writeFile(hookPath, hook);
    await chmod(hookPath, 0o755);
    await appendFile(join(folder, "pushes"), "");
    const remote = new GitRemote(folder, target);
    remote.#timer = setInterval(() => void remote.#readPushes(), pollMilliseconds);
    return remote;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** owner/name of the repository that `source` was cloned from, for RENDER_GIT_REPO_SLUG; else its folder's name. */
  async slug(source: string): Promise<string> {
    const origin = await git(source, "config", "--get", "remote.origin.url").catch(() => "");
    const match = /([^/:]+\/[^/]+?)(?:\.git)?\/?$/.exec(origin);
    return match?.[1] ?? `local/${basename(await realpath(source))}`;
  }

  /** The commit a branch points at, or undefined when the branch is not there. */
  async head(branch: string): Promise<Commit | undefined> {
    return await this.commit(`refs/heads/${branch}`);
  }

  /** The commit a name, tag or (abbreviated) hash stands for, or undefined. */
  async commit(revision: string): Promise<Commit | undefined> {
    if (revision.startsWith("-")) return undefined;
    try {
      const text = await git(this.url, "log", "-1", "--format=%H%n%cI%n%B", revision, "--");
      const [id, createdAt, ...message] = text.split("\n");
      return { id, createdAt: new Date(createdAt).toISOString(), message: message.join("\n").trim() };
    } catch {
      return undefined;
    }
  }

  /** A file's text in a commit, or undefined when it is not there. */
  async file(commitId: string, path: string): Promise<string | undefined> {
    return await git(this.url, "show", `${commitId}:${path.replace(/^\.?\//, "")}`).catch(() => undefined);
  }

  /** The paths that differ between two commits. */
  async changedPaths(before: string, after: string): Promise<string[]> {
    const text = await git(this.url, "diff", "--name-only", "-z", before, after);
    return text.split("\0").filter((path) => path !== "");
  }

  /** Checks a commit out into a new folder. */
  async checkOut(commitId: string, folder: string): Promise<void> {
    await git(this.url, "clone", "--quiet", "--shared", "--no-checkout", this.url, folder);
    await git(folder, "-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commitId);
  }

  async #readPushes(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      const file = join(this.url, "pushes");
      if ((await stat(file)).size === this.#readBytes) return;
      const text = await readFile(file, "utf8");
      const complete = text.slice(0, text.lastIndexOf("\n") + 1);
      const fresh = complete.slice(this.#readBytes);
      this.#readBytes = complete.length;
      for (const line of fresh.split("\n").filter((line) => line !== "")) {
        const [before, after, ref] = line.split(" ");
        if (ref?.startsWith("refs/heads/")) {
          this.emit("push", { before, after, branch: ref.slice("refs/heads/".length) });
        }
      }
    } catch {
      // The folder is gone because everything is being stopped.
    } finally {
      this.#reading = false;
    }
  }
}
