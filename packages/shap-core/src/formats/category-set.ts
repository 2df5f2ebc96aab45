import type { DocumentNode } from "./document.js";

/** The largest category code a file may use: a set of all below it is 128 KB of bits, far more than libraries allow. */
const MAX_CODE = 2 ** 20 - 1;

/** A list of category codes as the bits of a set, lowest first. */
export function categorySet(codes: DocumentNode): Uint32Array {
  const values = codes.numbers();
  let largest = -1;
  for (let i = 0; i < values.length; i++) {
    const code = values[i]!;
    if (!Number.isInteger(code) || code < 0 || code > MAX_CODE)
      codes.at(i).fail(`expected a category code from 0 to ${MAX_CODE}`);
    largest = Math.max(largest, code);
  }
  const words = new Uint32Array(largest < 0 ? 1 : (largest >>> 5) + 1);
  for (let i = 0; i < values.length; i++) words[values[i]! >>> 5]! |= 1 << (values[i]! & 31);
  return words;
}
