import type { DocumentNode } from "./document.js";

/** The largest category code a file may use plus one: float32, which XGBoost keeps codes in, tells no more apart. */
const MAX_CATEGORIES = 2 ** 24;

/** A list of category codes as the bits of a set, lowest first. */
export function categorySet(codes: DocumentNode): Uint32Array {
  return categoryBits(codes.numbers(), codes);
}

/**
 * Category codes as the bits of a set, lowest first.
 * @param place where the codes stand in the file, for the error
 */
export function categoryBits(codes: ArrayLike<number>, place: DocumentNode): Uint32Array {
  let largest = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (!Number.isInteger(code) || code < 0 || code >= MAX_CATEGORIES)
      place.fail(`expected category codes from 0 to ${MAX_CATEGORIES - 1}, one is ${code}`);
    largest = Math.max(largest, code);
  }
  const words = new Uint32Array((largest >>> 5) + 1);
  for (let i = 0; i < codes.length; i++) words[codes[i]! >>> 5]! |= 1 << (codes[i]! & 31);
  return words;
}
