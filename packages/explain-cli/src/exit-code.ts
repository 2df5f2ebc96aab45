import type { Readable } from "node:stream";

/** As for all commands of this project; the ones in between are for deploys. */
export const exitCodes = { done: 0, unexpected: 1, usage: 2, cancelled: 5 } as const;

/** What the caller can mend: a file, an option, a row. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Stopped by a signal. Exit code 5. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
}

/** Where a command reads and writes; `process` is one. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}
