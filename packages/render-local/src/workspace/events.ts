import { EventEmitter } from "node:events";
import type { Clock } from "../clock.js";
import { newId } from "../ids.js";

/** Why something failed, as Render's events tell it. */
export interface FailureReason {
  evicted: boolean;
  nonZeroExit?: number;
  earlyExit?: boolean;
  oomKilled?: { memoryLimit: string };
  timedOutSeconds?: number;
  timedOutReason?: string;
  unhealthy?: string;
}

/** Something that happened to a service, as `GET /services/{id}/events` lists it. */
export interface ServiceEvent {
  id: string;
  timestamp: string;
  serviceId: string;
  type: string;
  details: Record<string, unknown>;
}

/** Everything that happened in the workspace, in order. Emits `event`. */
export class EventLog extends EventEmitter<{ event: [ServiceEvent] }> {
  readonly all: ServiceEvent[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  record(serviceId: string, type: string, details: object = {}): ServiceEvent {
    const event: ServiceEvent = {
      id: newId("evt"),
      timestamp: this.#clock.now(),
      serviceId,
      type,
      details: { ...details },
    };
    this.all.push(event);
    this.emit("event", event);
    return event;
  }

  of(serviceId: string): ServiceEvent[] {
    return this.all.filter((event) => event.serviceId === serviceId);
  }
}
