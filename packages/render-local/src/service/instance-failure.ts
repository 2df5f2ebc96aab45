import type { FailureReason } from "../workspace/events.js";

/** An instance that did not come up. */
export class InstanceFailure extends Error {
  override readonly name = "InstanceFailure";

  constructor(
    message: string,
    readonly reason: FailureReason,
  ) {
    super(message);
  }

  /** Of an instance whose command ended with `exitCode`. */
  static of(reason: FailureReason, exitCode: number): InstanceFailure {
    const { oomKilled, unhealthy } = reason;
    const exited = exitCode === 0 ? "the command ended at once" : `the command ended with status ${exitCode}`;
    const message = oomKilled ? `out of memory (over ${oomKilled.memoryLimit})` : (unhealthy ?? exited);
    return new InstanceFailure(message, reason);
  }
}
