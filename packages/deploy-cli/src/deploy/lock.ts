import { hostname, userInfo } from "node:os";
import { z } from "zod";
import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { GitError, git } from "../git/git.js";
import type { Repository } from "../git/repository.js";
import { printableLine } from "../terminal/printable.js";

const ref = "refs/shap-deploy/lock";

const holderSchema = z.object({
  deployId: z.string(),
  holder: z.string(),
  branch: z.string(),
  startedAt: z.string(),
});

/** Who is deploying, from where and since when. */
export type LockHolder = z.output<typeof holderSchema>;

/**
 * The lock that lets one deploy at a time go on: a ref on the remote, so it holds for every computer that can push.
 * Making it is one atomic push that fails when it is there already. It points at a commit whose message says who holds it.
 */
export class DeployLock {
  constructor(
    private readonly repository: Repository,
    private readonly remote: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** Who holds it now, if anybody does. */
  async holder(): Promise<LockHolder | undefined> {
    return (await this.#read())?.holder;
  }

  /**
   * Takes the lock, or finds that this very deploy holds it since an earlier run.
   *
   * @throws DeployToolError that names the holder when somebody else has it
   */
  async take(deployId: string, branch: string, startedAt: string): Promise<void> {
    const holder: LockHolder = { deployId, holder: whoAmI(), branch, startedAt };
    const commit = await this.#describe(holder);
    // The lease on an empty value: only when there is no such ref.
    const made = await this.#push(`--force-with-lease=${ref}:`, `${commit}:${ref}`);
    if (made) return;
    const found = await this.#read();
    if (found?.holder?.deployId === deployId) return;
    if (found === undefined && (await this.#push(`--force-with-lease=${ref}:`, `${commit}:${ref}`))) return;
    throw lockedError(found?.holder);
  }

  /** Gives the lock back if this deploy holds it; never takes away another's. */
  async release(deployId: string): Promise<void> {
    const found = await this.#read();
    if (found?.holder?.deployId === deployId)
      await this.#push(`--force-with-lease=${ref}:${found.id}`, `:${ref}`);
  }

  /** Takes the lock away from whoever has it, and says from whom. */
  async break(): Promise<LockHolder | undefined> {
    const found = await this.#read();
    if (found) await this.#push(`--force-with-lease=${ref}:${found.id}`, `:${ref}`);
    return found?.holder;
  }

  async #read(): Promise<{ id: string; holder?: LockHolder } | undefined> {
    const id = await this.repository.remoteRef(this.remote, ref);
    if (id === undefined) return undefined;
    await this.repository.fetch(this.remote, ref);
    const message = await this.#git(["log", "-1", "--format=%B", id, "--"]);
    try {
      return { id, holder: holderSchema.parse(JSON.parse(message)) };
    } catch {
      // Not written by this tool: it holds all the same.
      return { id };
    }
  }

  /** A commit of the empty tree that carries the holder. It belongs to no branch. */
  async #describe(holder: LockHolder): Promise<string> {
    const tree = await this.#git(["hash-object", "-t", "tree", "-w", "--stdin"], "");
    const identity = {
      GIT_AUTHOR_NAME: "shap-deploy",
      GIT_AUTHOR_EMAIL: "shap-deploy@localhost",
      GIT_COMMITTER_NAME: "shap-deploy",
      GIT_COMMITTER_EMAIL: "shap-deploy@localhost",
    };
    return await git(this.repository.folder, ["commit-tree", tree], {
      input: JSON.stringify(holder),
      signal: this.signal,
      environment: identity,
    });
  }

  /** False when the lease did not hold. */
  async #push(lease: string, refspec: string): Promise<boolean> {
    try {
      await this.#git(["push", "--quiet", "--no-verify", lease, "--", this.remote, refspec]);
      return true;
    } catch (error) {
      if (
        error instanceof GitError &&
        /stale info|already exists|cannot lock ref|reference already/.test(error.said)
      ) {
        return false;
      }
      throw error;
    }
  }

  async #git(args: string[], input?: string): Promise<string> {
    return await git(this.repository.folder, args, { input, signal: this.signal });
  }
}

function lockedError(holder: LockHolder | undefined): DeployToolError {
  const who = holder
    ? `${printableLine(holder.holder)} has been deploying ${printableLine(holder.branch)} since ${printableLine(holder.startedAt)}`
    : "somebody holds the deploy lock";
  return new DeployToolError(`Not deployed: ${who}.`, {
    code: "locked",
    exitCode: exitCode.superseded,
    fix: "wait for it; or, when that deploy is surely dead: shap-deploy deploy --break-lock",
  });
}

function whoAmI(): string {
  let user = "somebody";
  try {
    user = userInfo().username;
  } catch {
    // A container's user id may have no name.
  }
  return `${user}@${hostname()}`;
}
