import type { Clock } from "../clock.js";
import { ProcessTable } from "../process/process-table.js";
import type { Workspace } from "./workspace.js";

/** What one instance used at one moment. */
export interface Sample {
  resource: string;
  instance: string;
  /** Milliseconds since 1970. */
  at: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  /** Processors used since the sample before. */
  cpus: number;
  cpuLimit: number;
}

const intervalMilliseconds = 200;
const capacity = 100_000;

/** Takes the measure of every instance several times a second: that enforces the plans and fills the metrics. */
export class Metrics {
  readonly samples: Sample[] = [];
  #timer: NodeJS.Timeout | undefined;
  #measuring: Promise<void> | undefined;
  #lastAt = Date.now();

  constructor(
    private readonly workspace: Workspace,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#measuring ??= this.#measure()
        .catch(() => {})
        .finally(() => {
          this.#measuring = undefined;
        });
    }, intervalMilliseconds);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#measuring;
  }

  /** The samples of some resources in some time, gathered into steps of `seconds` of Render's time. */
  series(
    resources: string[],
    instances: string[],
    from: number,
    to: number,
    seconds: number,
  ): Map<string, { resource: string; steps: Map<number, Sample[]> }> {
    const step = Math.max(1, this.clock.milliseconds(seconds));
    const found = new Map<string, { resource: string; steps: Map<number, Sample[]> }>();
    for (const sample of this.samples) {
      if (sample.at < from || sample.at > to || !resources.includes(sample.resource)) continue;
      if (instances.length > 0 && !instances.includes(sample.instance)) continue;
      const series = found.get(sample.instance) ?? { resource: sample.resource, steps: new Map() };
      found.set(sample.instance, series);
      const at = Math.floor(sample.at / step) * step;
      const samples = series.steps.get(at) ?? [];
      samples.push(sample);
      series.steps.set(at, samples);
    }
    return found;
  }

  async #measure(): Promise<void> {
    const table = await ProcessTable.read();
    const at = Date.now();
    const elapsedSeconds = Math.max(0.001, (at - this.#lastAt) / 1000);
    this.#lastAt = at;
    for (const service of this.workspace.services.values()) {
      for (const instance of service.fleet.instances) {
        const usage = await instance.measure(table);
        if (!usage) continue;
        const { plan } = instance.release;
        this.samples.push({
          resource: service.id,
          instance: instance.id,
          at,
          memoryBytes: usage.memoryBytes,
          memoryLimitBytes: plan.memoryBytes,
          cpus: usage.cpuSeconds / elapsedSeconds,
          cpuLimit: plan.cpus,
        });
      }
    }
    if (this.samples.length > capacity) this.samples.splice(0, capacity / 10);
  }
}
