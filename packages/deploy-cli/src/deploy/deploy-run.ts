import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Section } from "../checks/report.js";
import type { Clock } from "../clock.js";
import type { PushTarget, Repository } from "../git/repository.js";
import type { RenderApi } from "../render/render-api.js";
import type { VerificationReport } from "../verify/report.js";
import { DeployLock } from "./lock.js";
import type { Progress } from "./progress.js";
import type { DeployState, StateFile, StepName } from "./state.js";

export interface DeploySettings {
  /** The Blueprint's path in the repository. */
  file: string;
  /** The stamp commit's message; `{worker}` stands for the new name. */
  message: string;
  retire: "delete" | "suspend" | "keep";
  /** Milliseconds for the sync and for the deploys. */
  timeout: number;
  /** RENDER_OWNER_ID. */
  ownerId?: string;
}

export interface DeployDependencies {
  api: RenderApi;
  clock: Clock;
  repository: Repository;
  stateFile: StateFile;
  progress: Progress;
  target: PushTarget;
  settings: DeploySettings;
  signal?: AbortSignal;
  /** What can be known before; throws when it does not pass. */
  check: () => Promise<Section[]>;
  /** The proofs from outside; does not throw when one fails. */
  verify: (state: DeployState) => Promise<VerificationReport>;
}

/** One deploy on its way: what it works with, and its state, which outlives this process. */
export class DeployRun {
  readonly lock: DeployLock;
  report: VerificationReport | undefined;

  constructor(
    readonly parts: DeployDependencies,
    readonly state: DeployState,
  ) {
    this.lock = new DeployLock(parts.repository, state.remote, parts.signal);
  }

  get target(): PushTarget {
    return { remote: this.state.remote, branch: this.state.branch };
  }

  isDone(step: StepName): boolean {
    return this.state.done[step] !== undefined;
  }

  async save(): Promise<void> {
    await this.parts.stateFile.write(this.state);
  }

  async markDone(step: StepName): Promise<void> {
    this.state.done[step] = new Date().toISOString();
    await this.save();
  }

  async markUndone(...steps: StepName[]): Promise<void> {
    for (const step of steps) delete this.state.done[step];
    await this.save();
  }

  get blueprintPath(): string {
    return join(this.parts.repository.folder, this.state.file);
  }

  async readBlueprint(): Promise<string> {
    return await readFile(this.blueprintPath, "utf8");
  }

  async writeBlueprint(text: string): Promise<void> {
    await writeFile(this.blueprintPath, text);
  }

  /** A field that an earlier step has set. */
  need<K extends keyof DeployState>(key: K): NonNullable<DeployState[K]> {
    const value = this.state[key];
    if (value === undefined || value === null) throw new Error(`the deploy's state has no ${key} yet`);
    return value;
  }
}

/** The state of a deploy that begins. */
export function newDeployState(target: PushTarget, file: string, now = new Date()): DeployState {
  return {
    version: 1,
    id: randomUUID(),
    startedAt: now.toISOString(),
    remote: target.remote,
    branch: target.branch,
    file,
    done: {},
  };
}
