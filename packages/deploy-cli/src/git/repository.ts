import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { usageError } from "../errors.js";
import { GitError, git, withoutCredentials } from "./git.js";

/** Where a deploy is pushed to. */
export interface PushTarget {
  /** The remote's name, like `origin`. */
  remote: string;
  branch: string;
}

/** The repository a command runs in: what a deploy needs of git, and no more. */
export class Repository {
  private constructor(
    /** The top folder. */
    readonly folder: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** @throws a usage error where there is no repository, no commit, or no git */
  static async open(folder: string, signal?: AbortSignal): Promise<Repository> {
    let top: string;
    try {
      top = await git(folder, ["rev-parse", "--show-toplevel"], { signal });
    } catch (error) {
      signal?.throwIfAborted();
      const isMissing = error instanceof GitError && /not a git repository/.test(error.said);
      throw isMissing
        ? usageError("This is no git repository.", "no_repository", "git init && git add -A && git commit")
        : error;
    }
    const repository = new Repository(top, signal);
    if ((await repository.#commitOf("HEAD")) === undefined) {
      throw usageError("This repository has no commit yet.", "no_commit", "git add -A && git commit");
    }
    return repository;
  }

  /** A path with its links followed, as `git rev-parse --show-toplevel` gives the top folder. */
  async realPath(path: string): Promise<string> {
    return await realpath(path);
  }

  async head(): Promise<string> {
    return await this.#git("rev-parse", "HEAD");
  }

  /** The branch that is checked out, or undefined at a detached HEAD. */
  async branch(): Promise<string | undefined> {
    return await this.#git("symbolic-ref", "--quiet", "--short", "HEAD").catch(() => undefined);
  }

  /** Changed and untracked paths, as `git status` tells them. */
  async changes(): Promise<string[]> {
    const text = await this.#git("status", "--porcelain=v1", "-z", "--untracked-files=all");
    const entries = text.split("\0").filter((entry) => entry !== "");
    const paths: string[] = [];
    for (let index = 0; index < entries.length; index += 1) {
      paths.push(entries[index].slice(3));
      // A rename is followed by the name it had.
      if (/^[RC]/.test(entries[index])) index += 1;
    }
    return paths;
  }

  async remotes(): Promise<string[]> {
    return (await this.#git("remote")).split("\n").filter((name) => name !== "");
  }

  /** The remote and branch this branch pushes to, as git knows them. */
  async upstream(): Promise<PushTarget | undefined> {
    const branch = await this.branch();
    if (branch === undefined) return undefined;
    const remote = await this.#config(`branch.${branch}.remote`);
    const merge = await this.#config(`branch.${branch}.merge`);
    if (remote === undefined || merge === undefined || remote === ".") return undefined;
    return { remote, branch: merge.replace(/^refs\/heads\//, "") };
  }

  /** A remote's address, as git pushes to it. */
  async remoteUrl(remote: string): Promise<string> {
    return await this.#git("remote", "get-url", "--push", "--", remote);
  }

  /** A remote's address fit to be shown. */
  async shownRemoteUrl(remote: string): Promise<string> {
    return withoutCredentials(await this.remoteUrl(remote));
  }

  /** The commit a branch of a remote points at now, asked from the remote itself. */
  async remoteHead({ remote, branch }: PushTarget): Promise<string | undefined> {
    return await this.remoteRef(remote, `refs/heads/${branch}`);
  }

  async remoteRef(remote: string, ref: string): Promise<string | undefined> {
    const text = await this.#git("ls-remote", "--", remote, ref);
    for (const line of text.split("\n")) {
      const [id, name] = line.split("\t");
      if (name === ref) return id;
    }
    return undefined;
  }

  /** Whether a commit is among the ancestors of another. Both must be known here. */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    if ((await this.#commitOf(ancestor)) === undefined) return false;
    return await this.#git("merge-base", "--is-ancestor", ancestor, descendant).then(
      () => true,
      () => false,
    );
  }

  /** Brings a ref of a remote here, without giving it a name. */
  async fetch(remote: string, ref: string): Promise<void> {
    await this.#git("fetch", "--quiet", "--no-tags", "--", remote, ref);
  }

  /** A file's text in a commit without its last newline, or undefined where it is not there. */
  async fileAt(commit: string, path: string): Promise<string | undefined> {
    const shown = await this.#git("ls-tree", "--name-only", commit, "--", this.#inside(path));
    return shown === "" ? undefined : await this.#git("show", `${commit}:${this.#inside(path)}`);
  }

  /** Commits the one file as it is now, whatever else is staged, and gives the commit. The message goes by stdin. */
  async commitFile(path: string, message: string): Promise<string> {
    await git(this.folder, ["commit", "--quiet", "--only", "--file=-", "--", this.#inside(path)], {
      input: message,
      signal: this.signal,
    });
    return await this.head();
  }

  /** Pushes one commit to one branch; never forces. */
  async push(commit: string, { remote, branch }: PushTarget): Promise<void> {
    await this.#git("push", "--quiet", "--", remote, `${commit}:refs/heads/${branch}`);
  }

  /** Where in `.git` this tool keeps a file of its own: there it is never committed. */
  async privatePath(name: string): Promise<string> {
    const path = await this.#git("rev-parse", "--git-path", `shap-deploy/${name}`);
    return isAbsolute(path) ? path : join(this.folder, path);
  }

  async #commitOf(revision: string): Promise<string | undefined> {
    return await this.#git(
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${revision}^{commit}`,
    ).catch(() => undefined);
  }

  async #config(key: string): Promise<string | undefined> {
    return await this.#git("config", "--get", key).catch(() => undefined);
  }

  #inside(path: string): string {
    return isAbsolute(path) ? relative(this.folder, path) : path;
  }

  async #git(...args: string[]): Promise<string> {
    return await git(this.folder, args, { signal: this.signal });
  }
}
