import { AdditivityError, ShapeError } from "../errors.js";
import type { Explanation } from "../explanation.js";
import type { Predictions } from "../model/model.js";

/** How far a sum may be off, relative to the magnitudes that were added up: far above rounding, far below an error. */
const TOLERANCE = 1e-9;

/**
 * Holds each row's base value + Σ over features of the values (+ remainder) against what the model itself gives. A
 * prediction that is no finite number is passed over.
 * @param predictions of the same rows, in the output that was explained
 * @throws AdditivityError naming the first row that does not add up; ShapeError where rows or outputs differ in number
 */
export function checkAdditive(explanation: Explanation, predictions: Predictions): void {
  const { values, featureNames, outputNames, data, remainder } = explanation;
  const features = featureNames.length;
  const outputs = outputNames.length;
  if (predictions.rows !== data.rows || predictions.outputs !== outputs) {
    throw new ShapeError(
      `predictions of ${predictions.rows} rows × ${predictions.outputs} outputs for an explanation of ${data.rows} × ${outputs}`,
    );
  }
  for (let r = 0; r < data.rows; r++) {
    for (let k = 0; k < outputs; k++) {
      const prediction = predictions.values[r * outputs + k]!;
      if (!Number.isFinite(prediction)) continue;
      let sum = explanation.baseValue(r, k) + (remainder?.[r * outputs + k] ?? 0);
      let magnitude = Math.abs(sum) + Math.abs(prediction);
      const first = r * features * outputs + k;
      for (let j = 0; j < features; j++) {
        const value = values[first + j * outputs]!;
        sum += value;
        magnitude += Math.abs(value);
      }
      // Not `>`: a sum that is no number is wrong too.
      if (!(Math.abs(sum - prediction) <= TOLERANCE * Math.max(1, magnitude))) {
        throw new AdditivityError(r, outputNames[k]!, sum, prediction);
      }
    }
  }
}
