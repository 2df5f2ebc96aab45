/** Something that goes wrong on demand. `service` is a service's name; `times` says how often, for ever if not given. */
export type Fault =
  | HttpFault
  | {
      kind: "deploy-stuck" | "build-fails" | "health-check-fails" | "deploy-superseded";
      service: string;
      times?: number;
    }
  | { kind: "unknown-status" | "crash-loop" | "out-of-memory"; service: string; times?: number }
  | { kind: "sync-error"; times?: number }
  | { kind: "key-value-unhealthy"; service: string; times?: number };

/** An answer of the API that is not the true one. */
export interface HttpFault {
  kind: "http";
  answer: 401 | 402 | 404 | 409 | 429 | 500 | 503 | "garbage" | "hang";
  /** The first call to answer so, counted from 1 among the calls that match; default 1. */
  call?: number;
  /** How many calls in a row; default 1. */
  times?: number;
  /** Only calls with this method. */
  method?: string;
  /** Only calls whose path contains this text. */
  path?: string;
}

export type ServiceFaultKind = Exclude<Fault["kind"], "http" | "sync-error">;

/** The faults asked for. Each use takes one of a fault's `times`. */
export class Faults {
  #faults: { fault: Fault; seen: number }[] = [];

  constructor(faults: Fault[] = []) {
    for (const fault of faults) this.add(fault);
  }

  /** @returns a function that takes the fault back */
  add(fault: Fault): () => void {
    const entry = { fault, seen: 0 };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#faults = [];
  }

  /** Whether a fault of this kind is on for a service, and takes one of its times. */
  take(kind: ServiceFaultKind, service: string): boolean {
    return this.#take((fault) => fault.kind === kind && "service" in fault && fault.service === service);
  }

  takeSyncError(): boolean {
    return this.#take((fault) => fault.kind === "sync-error");
  }

  /** Whether a fault of this kind is on for a service; takes nothing. */
  has(kind: ServiceFaultKind, service: string): boolean {
    return this.#faults.some(
      ({ fault, seen }) =>
        fault.kind === kind &&
        "service" in fault &&
        fault.service === service &&
        seen < (fault.times ?? Number.POSITIVE_INFINITY),
    );
  }

  /** The answer to give to a call of the API instead of the true one, if any. */
  httpAnswer(method: string, path: string): HttpFault["answer"] | undefined {
    let answer: HttpFault["answer"] | undefined;
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (fault.kind !== "http") continue;
      if (fault.method && fault.method.toUpperCase() !== method) continue;
      if (fault.path && !path.includes(fault.path)) continue;
      entry.seen += 1;
      const first = fault.call ?? 1;
      if (entry.seen >= first && entry.seen < first + (fault.times ?? 1)) answer ??= fault.answer;
    }
    return answer;
  }

  #take(matches: (fault: Fault) => boolean): boolean {
    for (const entry of this.#faults) {
      if (matches(entry.fault) && entry.seen < (entry.fault.times ?? Number.POSITIVE_INFINITY)) {
        entry.seen += 1;
        return true;
      }
    }
    return false;
  }
}
