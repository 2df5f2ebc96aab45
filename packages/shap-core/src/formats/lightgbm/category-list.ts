import type { DocumentNode } from "../document.js";

/** LightGBM's codes are 32-bit integers; none of its files holds one near this. */
const MAX_CATEGORY = 2 ** 24;

/** The dump's way to write a set, `1||3||5` (or one number), as bits, lowest first. */
export function categorySetOf(node: DocumentNode): Uint32Array {
  const codes = String(node.value)
    .split("||")
    .map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  let largest = 0;
  for (const code of codes) {
    if (!Number.isInteger(code) || code < 0 || code >= MAX_CATEGORY)
      node.fail(`expected category codes from 0 to ${MAX_CATEGORY - 1}, joined by ||`);
    largest = Math.max(largest, code);
  }
  const words = new Uint32Array((largest >>> 5) + 1);
  for (const code of codes) words[code >>> 5]! |= 1 << (code & 31);
  return words;
}
