import { ProblemError } from "../http/problem.js";

/** A row as text may have so many bytes. */
export const MAX_ROW_BYTES = 4 * 2 ** 20;

/** The bytes of one row, which may arrive in several parts. */
export class PartialText {
  private parts: Uint8Array[] = [];
  private bytes = 0;

  /** @throws ProblemError 400 where the row gets too long: it is held in memory as a whole */
  add(part: Uint8Array, row: number): void {
    this.bytes += part.length;
    if (this.bytes > MAX_ROW_BYTES) {
      throw new ProblemError("bad-json", `row ${row} has more than ${MAX_ROW_BYTES} bytes`);
    }
    this.parts.push(part);
  }

  /** All of it as text, the last part included; begins anew. */
  take(last: Uint8Array, row: number): string {
    this.add(last, row);
    const text = Buffer.concat(this.parts, this.bytes).toString("utf8");
    this.parts = [];
    this.bytes = 0;
    return text;
  }
}
