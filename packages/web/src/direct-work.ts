import { ProblemError } from "./http/problem.js";

/** How long one kind of values may take in a direct request: others wait beside it, and clients soon give up. */
const MOST_MS = 30_000;
/** From when on its speed says how long the rest takes: the first rows are slower than those after them. */
const TELLING_MS = 3000;

export interface DirectWorkOptions {
  /** Whom the answer is for, such as the response. */
  readonly client: { readonly destroyed: boolean };
  /** What to do instead, beside asking for fewer rows. */
  readonly wayOut: string;
  readonly mostMs?: number;
}

/**
 * One kind of values of a direct request, from now on: explaining ends where nobody waits for it any more, or where it
 * would take too long.
 */
export class DirectWork {
  private readonly start = performance.now();

  constructor(private readonly options: DirectWorkOptions) {}

  /**
   * To be asked between pieces.
   * @throws ClientGoneError; ProblemError where so many rows cannot be done in time
   */
  goOn(done: number, rows: number): void {
    const { client, mostMs = MOST_MS, wayOut } = this.options;
    if (client.destroyed) throw new ClientGoneError("the client went away before its rows were explained");
    const ms = performance.now() - this.start;
    if (done === rows || ms < Math.min(TELLING_MS, mostMs) || (ms / done) * rows <= mostMs) return;
    // Half of what seems to fit, so that the advice holds on a busier machine too.
    const fewer = Math.max(1, Math.floor((done * mostMs) / ms / 2));
    const advice = fewer < rows ? `ask for ${fewer} rows at a time, or ` : "";
    throw new ProblemError(
      "too-many-rows",
      `${rows} rows would take some ${Math.ceil((ms / done) * (rows / 1000))} s; a direct request may take ${mostMs / 1000} s: ${advice}${wayOut}`,
    );
  }
}

/** Nobody is left to be answered. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
  /** As Node names it where an answer can no longer be written. */
  readonly code = "ERR_STREAM_PREMATURE_CLOSE";
}
