import type { ModelLimits } from "../settings/settings.js";
import type { JobStore } from "../store/job-store.js";
import { type Expected, filesOf, type ModelRecord, type ModelStore } from "../store/model-store.js";
import { checkModel } from "./check/check-model.js";
import type { ModelSummary } from "./model-summary.js";
import { sha256 } from "./sha256.js";

/** How long the files of a deleted model stay where no job needs them: one may be submitted at the same moment. */
const GRACE_SECONDS = 60;

/** Uploads that may wait for the one being checked. */
const MAX_WAITING = 8;

/** So many uploads wait already that one more would wait too long. */
export class UploadsBusyError extends Error {
  override readonly name = "UploadsBusyError";
}

/** There is no uploaded model of this name. */
export class NoUploadError extends Error {
  override readonly name = "NoUploadError";
}

/** What became of an upload. `created`: there was none before. */
export interface UploadOutcome {
  readonly record: ModelRecord;
  readonly created: boolean;
}

/**
 * Takes uploaded models in: each is checked in a process of its own before it is stored, one at a time, so that the
 * memory they take has a bound. The same bytes again change nothing.
 */
export class ModelUploads {
  private waiting = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: ModelStore,
    private readonly jobs: JobStore,
    private readonly limits: ModelLimits,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Runs `take` when it is its turn; an upload reads its bytes only then.
   * @throws UploadsBusyError
   */
  async inTurn<T>(take: () => Promise<T>): Promise<T> {
    if (this.waiting >= MAX_WAITING) throw new UploadsBusyError("many uploads wait to be checked");
    this.waiting++;
    const result = this.turn.then(take).finally(() => this.waiting--);
    this.turn = result.catch(() => {});
    return result;
  }

  /**
   * @param keepBackground whether the present background rows stay, which the new model must fit then
   * @throws ModelRefusedError, ModelChangedError, StoreFullError, StoreUnavailableError
   */
  async putModel(name: string, file: Uint8Array, keepBackground: boolean): Promise<UploadOutcome> {
    const current = await this.store.get(name);
    const hash = keepBackground ? current?.backgroundVersion : undefined;
    if (current?.version === sha256(file) && current.backgroundVersion === hash) {
      // Where its bytes got lost, they are here again.
      if (await this.store.hold(name, filesOf(current))) return { record: current, created: false };
    }
    const background = hash === undefined ? undefined : await this.store.file(name, hash);
    const summary = await checkModel({ name, file, background }, this.limits);
    const record = await this.keep(summary, current, [file]);
    return { record, created: current === undefined };
  }

  /** @throws NoUploadError, and what `putModel` throws */
  async putBackground(name: string, background: Uint8Array): Promise<UploadOutcome> {
    const current = await this.find(name);
    const created = current.backgroundVersion === undefined;
    if (current.backgroundVersion === sha256(background)) return { record: current, created };
    const file = await this.store.file(name, current.version);
    if (file === undefined) throw new NoUploadError(`model ${name} was removed just now`);
    const summary = await checkModel({ name, file, background }, this.limits);
    return { record: await this.keep(summary, current, [background]), created };
  }

  /**
   * Frees the model's files soon, unless a job that has not ended needs them.
   * @throws NoUploadError, ModelChangedError, StoreUnavailableError
   */
  async remove(name: string): Promise<void> {
    const current = await this.find(name);
    const needed = (await this.jobs.listOpen()).some(({ model }) => model.name === name);
    await this.store.remove(current, needed ? undefined : GRACE_SECONDS);
  }

  /** @throws NoUploadError */
  async find(name: string): Promise<ModelRecord> {
    const record = await this.store.get(name);
    if (record === undefined) throw new NoUploadError(`no model was uploaded as ${name}`);
    return record;
  }

  private async keep(
    summary: ModelSummary,
    expected: Expected,
    files: readonly Uint8Array[],
  ): Promise<ModelRecord> {
    const record = { ...summary, uploadedAt: this.now() };
    await this.store.put(record, expected, files);
    return record;
  }
}
