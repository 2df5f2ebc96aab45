import type { Commit, Push } from "../git/remote.js";
import { newId } from "../ids.js";
import type { Service } from "../service/service.js";
import type { Workspace } from "../workspace/workspace.js";
import { type ApplyOptions, applyBlueprint, buildFilterMatches, skipsDeploy } from "./apply-blueprint.js";
import { formatProblem, readBlueprint } from "./read-blueprint.js";

/** One sync of a Blueprint with one commit, as `GET /blueprints/{id}/syncs` tells it. */
export interface BlueprintSync {
  id: string;
  commit: Commit;
  startedAt?: string;
  completedAt?: string;
  state: "created" | "pending" | "running" | "error" | "success";
  /** Why it failed; the REST API does not tell it, Render's dashboard does. */
  problem?: string;
}

export interface BlueprintOptions extends Omit<ApplyOptions, "branch"> {
  path: string;
  autoSync: boolean;
  /** Whether a push that leaves the Blueprint as it is makes a sync, too. */
  syncUnchanged: boolean;
  /** What the commit's status checks say, for services that deploy after checks pass. */
  checks: "pass" | "fail";
}

/** A render.yaml of a repository, connected to the workspace: pushes to its branch bring the workspace up to it. */
export class ConnectedBlueprint {
  readonly id = newId("exs");
  readonly repo: string;
  readonly branch: string;
  name: string;
  path: string;
  autoSync: boolean;
  /** Newest first. */
  readonly syncs: BlueprintSync[] = [];
  resources: { id: string; name: string; type: string }[] = [];
  #work: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    readonly workspace: Workspace,
    private readonly options: BlueprintOptions,
  ) {
    const { remote } = workspace.platform;
    this.repo = remote.url;
    this.branch = remote.defaultBranch;
    this.name = options.path;
    this.path = options.path;
    this.autoSync = options.autoSync;
    remote.on("push", (push) => this.#enqueue(() => this.#afterPush(push)));
  }

  get payment(): boolean {
    return this.options.payment;
  }

  get status(): "created" | "paused" | "in_sync" | "syncing" | "error" {
    const last = this.syncs[0];
    if (!last) return this.autoSync ? "created" : "paused";
    if (last.state === "error") return "error";
    if (last.state === "success") return this.autoSync ? "in_sync" : "paused";
    return "syncing";
  }

  /** Brings the workspace up to a commit, after the syncs asked for before; never throws: the sync tells the end. */
  sync(commit: Commit): { sync: BlueprintSync; done: Promise<void> } {
    const sync: BlueprintSync = { id: newId("exe"), commit, state: "created" };
    this.syncs.unshift(sync);
    return { sync, done: this.#enqueue(() => this.#run(sync)) };
  }

  /** Resolves when no sync is in progress or waiting. */
  async whenIdle(): Promise<void> {
    let seen: Promise<unknown>;
    do {
      seen = this.#work;
      await seen;
    } while (seen !== this.#work);
  }

  /** Takes no more pushes, and waits until the sync in progress is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.whenIdle();
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(() => (this.#isClosed ? undefined : work()));
    this.#work = done.catch(() => {});
    return done;
  }

  async #afterPush(push: Push): Promise<void> {
    const { remote } = this.workspace.platform;
    const commit = await remote.commit(push.after);
    if (!commit) return;
    const isWanted = push.branch === this.branch && this.autoSync;
    if (isWanted && (this.options.syncUnchanged || (await this.#isChanged(commit)))) {
      const sync: BlueprintSync = { id: newId("exe"), commit, state: "created" };
      this.syncs.unshift(sync);
      await this.#run(sync, push);
    } else {
      await this.#deployNewCommit(commit, push, new Set());
    }
  }

  /** Whether the Blueprint differs from the one that was taken in last. */
  async #isChanged(commit: Commit): Promise<boolean> {
    const { remote } = this.workspace.platform;
    const last = this.syncs.find(({ state }) => state === "success");
    if (!last) return true;
    return (await remote.file(commit.id, this.path)) !== (await remote.file(last.commit.id, this.path));
  }

  async #run(sync: BlueprintSync, push?: Push): Promise<void> {
    const { clock, faults } = this.workspace.platform;
    sync.state = "running";
    sync.startedAt = clock.now();
    try {
      if (faults.takeSyncError()) throw new Error("the sync was made to fail");
      const changed = await this.#apply(sync.commit);
      // Who sees the sync's success finds the deploys it led to.
      if (push) await this.#deployNewCommit(sync.commit, push, changed);
      this.#log(`==> Synced commit ${sync.commit.id.slice(0, 7)}`, "info");
      sync.state = "success";
    } catch (error) {
      // The services go on as they are, and the commit is deployed all the same: auto-deploy is no part of a sync.
      if (push) await this.#deployNewCommit(sync.commit, push, new Set());
      sync.problem = error instanceof Error ? error.message : String(error);
      this.#log(`==> The sync of commit ${sync.commit.id.slice(0, 7)} failed: ${sync.problem}`, "error");
      sync.state = "error";
    } finally {
      sync.completedAt = clock.now();
    }
  }

  async #apply(commit: Commit): Promise<Set<Service>> {
    const { remote } = this.workspace.platform;
    const text = await remote.file(commit.id, this.path);
    if (text === undefined) throw new Error(`there is no ${this.path} in commit ${commit.id.slice(0, 7)}`);
    const reading = readBlueprint(text);
    if (!reading.valid) throw new Error(reading.problems.map(formatProblem).join("\n"));
    // The dashboard asks for the values of `sync: false` variables once, when the Blueprint is connected.
    const isFirst = !this.syncs.some(({ state }) => state === "success");
    const { changed, resources } = await applyBlueprint(this.workspace, reading.blueprint, {
      branch: this.branch,
      payment: this.options.payment,
      secrets: isFirst ? this.options.secrets : {},
    });
    this.resources = resources;
    for (const service of changed) {
      const { branch } = service.settings;
      const target = branch === this.branch ? commit : await remote.head(branch);
      if (!target) throw new Error(`${service.name}: there is no branch ${branch}`);
      if (!service.isSuspended) service.deploy({ commit: target, trigger: "blueprint_sync" });
    }
    return changed;
  }

  #log(message: string, level: "info" | "error"): void {
    this.workspace.platform.logs.write(message, { resource: this.id, type: "app", level });
  }

  /** Auto-deploy: every service on the pushed branch, also those the Blueprint has forgotten. */
  async #deployNewCommit(commit: Commit, push: Push, except: Set<Service>): Promise<void> {
    const { remote, events } = this.workspace.platform;
    const isNewBranch = /^0+$/.test(push.before);
    const paths = isNewBranch ? undefined : await remote.changedPaths(push.before, push.after);
    for (const service of this.workspace.services.values()) {
      const { branch, autoDeployTrigger } = service.settings;
      if (except.has(service) || branch !== push.branch || service.isSuspended) continue;
      if (autoDeployTrigger === "off") continue;
      if (autoDeployTrigger === "checksPass" && this.options.checks !== "pass") continue;
      if (skipsDeploy(commit) || (paths && !buildFilterMatches(service.settings, paths))) {
        events.record(service.id, "commit_ignored", {
          id: commit.id,
          url: `${remote.url}/commit/${commit.id}`,
        });
      } else {
        service.deploy({ commit, trigger: "new_commit" });
      }
    }
  }
}
