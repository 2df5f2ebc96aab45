import { newId } from "../ids.js";
import { RunningProcess } from "../process/running-process.js";
import { instanceEnvironment } from "./environment.js";
import type { Release } from "./release.js";
import type { Service } from "./service.js";

export type JobStatus = "pending" | "running" | "succeeded" | "failed" | "canceled";

/** A command run once with a service's live build and variables, beside its instances. */
export class OneOffJob {
  readonly id = newId("job");
  readonly createdAt: string;
  status: JobStatus = "pending";
  startedAt: string | undefined;
  finishedAt: string | undefined;
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<void>;
  #process: RunningProcess | undefined;
  #isCanceled = false;

  constructor(
    private readonly service: Service,
    private readonly release: Release,
    readonly startCommand: string,
    readonly planId: string,
  ) {
    this.createdAt = service.platform.clock.now();
    this.ended = this.#run().catch(() => this.#finish("failed"));
  }

  cancel(): void {
    if (this.finishedAt) return;
    this.#isCanceled = true;
    void this.#process?.kill();
  }

  killNow(): void {
    this.#process?.killGroupNow();
  }

  async #run(): Promise<void> {
    const { platform } = this.service;
    await Promise.resolve();
    if (this.#isCanceled) return this.#finish("canceled");
    this.status = "running";
    this.startedAt = platform.clock.now();
    const instance = { id: this.id, port: undefined };
    this.#process = RunningProcess.start({
      command: this.startCommand,
      folder: this.release.artifact.folder,
      env: instanceEnvironment(this.release.environment, instance, this.release.variables),
      isolation: platform.isolation,
      hostName: this.id,
      onLine: (line) => this.service.log(line, this.id),
    });
    const { exitCode } = await this.#process.ended;
    const reason = { evicted: false, nonZeroExit: exitCode };
    this.#finish(this.#isCanceled ? "canceled" : exitCode === 0 ? "succeeded" : "failed", reason);
  }

  #finish(status: JobStatus, reason?: object): void {
    this.status = status;
    this.finishedAt = this.service.platform.clock.now();
    this.service.platform.events.record(this.service.id, "job_run_ended", {
      jobId: this.id,
      status,
      ...(status === "failed" && reason ? { reason } : {}),
    });
  }
}
