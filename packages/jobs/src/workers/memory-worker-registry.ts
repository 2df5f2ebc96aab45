import type { Registration, WorkerRecord, WorkerRegistry } from "./worker-registry.js";

/** Beside the embedded queue: the only worker there is lives in this process, and ends with it. */
export class MemoryWorkerRegistry implements WorkerRegistry {
  private readonly records = new Map<string, WorkerRecord>();

  async register({ token: _, ...record }: Registration): Promise<boolean> {
    if (this.records.has(record.name)) return false;
    this.records.set(record.name, record);
    return true;
  }

  async heartbeat({ token: _, ...record }: Registration): Promise<void> {
    this.records.set(record.name, record);
  }

  async deregister(name: string): Promise<void> {
    this.records.delete(name);
  }

  async list(): Promise<WorkerRecord[]> {
    return [...this.records.values()];
  }

  async sweep(): Promise<string[]> {
    return [];
  }
}
