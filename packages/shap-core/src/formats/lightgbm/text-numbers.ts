import type { DocumentNode } from "../document.js";

const infinities: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

/** Numbers separated by spaces, of `length` where one is given. */
export function numbersIn(node: DocumentNode, length?: number): Float64Array {
  const tokens = node.text().split(" ");
  const numbers = new Float64Array(tokens.length);
  let count = 0;
  for (const token of tokens) {
    if (token === "") continue;
    const number = infinities[token] ?? Number(token);
    if (Number.isNaN(number)) node.fail(`expected numbers, one is ${JSON.stringify(token.slice(0, 40))}`);
    numbers[count++] = number;
  }
  if (length !== undefined && count !== length) node.fail(`expected ${length} numbers, found ${count}`);
  return numbers.subarray(0, count);
}
