import type { NumberColumn } from "@shap-service/jobs";
import type { OpenChunks } from "./write-result.js";

/**
 * The chunks of a result for writers of text: float32 columns become float64 ones whose numbers have the shortest decimal
 * form that reads back to the same float32 (0.1 rather than 0.10000000149011612).
 */
export const shortest = (open: OpenChunks): OpenChunks =>
  async function* () {
    for await (const chunk of open()) {
      const { predictions, values } = chunk;
      yield { ...chunk, predictions: predictions.map(shorten), values: values.map(shorten) };
    }
  };

function shorten(column: NumberColumn): NumberColumn {
  return column instanceof Float32Array ? Float64Array.from(column, shortestOf) : column;
}

/** Nine digits tell any float32 from its neighbours; most need fewer. */
export function shortestOf(value: number): number {
  // A decimal text has no sign of zero.
  if (value === 0) return value;
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
