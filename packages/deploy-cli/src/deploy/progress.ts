import type { StepName } from "./state.js";

/** What people are told while a deploy goes on. */
export interface Progress {
  /** A step begins. */
  step(name: StepName): void;
  /** A step has ended well; `detail` says what it came to. */
  stepDone(name: StepName, detail: string): void;
  /** What a service is doing now. Told again and again: shown on one line that changes, or when it changes. */
  service(name: string, doing: string): void;
  /** Something outside of the steps is done, like a part of going back. */
  done(line: string): void;
  /** Something to know that stops nothing. */
  warn(line: string): void;
}

/** Tells nobody. */
export const silent: Progress = { step() {}, stepDone() {}, service() {}, done() {}, warn() {} };
