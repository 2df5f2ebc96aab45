import type { Clock } from "../clock.js";
import type { Commit } from "../git/remote.js";
import { newId } from "../ids.js";
import type { FailureReason } from "../workspace/events.js";

export type DeployStatus =
  | "created"
  | "queued"
  | "build_in_progress"
  | "pre_deploy_in_progress"
  | "update_in_progress"
  | "live"
  | "deactivated"
  | "build_failed"
  | "pre_deploy_failed"
  | "update_failed"
  | "canceled";

export type DeployTrigger =
  | "api"
  | "blueprint_sync"
  | "deployed_by_render"
  | "manual"
  | "new_commit"
  | "rollback"
  | "service_resumed"
  | "service_updated";

/** What a deploy is asked to do. */
export interface DeployRequest {
  commit: Commit;
  trigger: DeployTrigger;
  clearCache?: boolean;
  /** Start what is built already: no build, as in a rollback or `deploy_only`. */
  artifact?: Artifact;
  rollbackTarget?: string;
}

/** What a build leaves behind: a folder, which can be started again and again. */
export interface Artifact {
  commit: Commit;
  folder: string;
}

const finalStatuses = new Set<DeployStatus>([
  "live",
  "deactivated",
  "build_failed",
  "pre_deploy_failed",
  "update_failed",
  "canceled",
]);

/**
 * One deploy of one service:
 *
 * ```
 * created ─┬─> build_in_progress ─> pre_deploy_in_progress ─> update_in_progress ─> live ─> deactivated
 * queued ──┘          └> build_failed         └> pre_deploy_failed     └> update_failed
 *                     (canceled from any state before live)
 * ```
 */
export class Deploy {
  readonly id = newId("dep");
  readonly createdAt: string;
  readonly commit: Commit;
  readonly trigger: DeployTrigger;
  artifact: Artifact | undefined;
  status: DeployStatus = "created";
  startedAt: string | undefined;
  finishedAt: string | undefined;
  updatedAt: string;
  /** Why it failed, when it did. */
  failure: FailureReason | undefined;
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #finished: Promise<Deploy>;
  #resolveFinished: (deploy: Deploy) => void = () => {};

  constructor(
    readonly request: DeployRequest,
    clock: Clock,
  ) {
    this.#clock = clock;
    this.commit = request.commit;
    this.trigger = request.trigger;
    this.artifact = request.artifact;
    this.createdAt = clock.now();
    this.updatedAt = this.createdAt;
    this.#finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
  }

  get isFinished(): boolean {
    return finalStatuses.has(this.status);
  }

  /** Aborts when the deploy is cancelled. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves once the deploy is live, has failed or is cancelled. */
  whenFinished(): Promise<Deploy> {
    return this.#finished;
  }

  moveTo(status: DeployStatus): void {
    this.status = status;
    this.updatedAt = this.#clock.now();
    if (status !== "created" && status !== "queued") this.startedAt ??= this.updatedAt;
    if (this.isFinished) {
      this.finishedAt ??= this.updatedAt;
      this.#resolveFinished(this);
    }
  }

  fail(status: "build_failed" | "pre_deploy_failed" | "update_failed", failure: FailureReason): void {
    if (this.isFinished) return;
    this.failure = failure;
    this.moveTo(status);
  }

  /** Cancels it unless it is finished already; the work in hand is told through `signal`. */
  cancel(): boolean {
    if (this.isFinished) return false;
    this.moveTo("canceled");
    this.#abort.abort();
    return true;
  }
}
