import { UnsupportedModelError } from "../../errors.js";
import { LinearModel } from "../../model/linear-model.js";
import type { DocumentNode } from "../document.js";
import type { ReadOptions } from "../format.js";
import type { Learner } from "./learner.js";

/**
 * The linear booster: feature j's weight for output k is `weights[j * outputs + k]`, the biases stand last.
 * A missing value adds nothing. XGBoost adds the first output's base score to every output (gblinear.cc), also
 * where the file has one an output; so its predictions are those of the file's first.
 */
export function readGblinear(booster: DocumentNode, learner: Learner, options: ReadOptions): LinearModel {
  if (typeof options.iterations === "number") {
    throw new UnsupportedModelError(
      "A gblinear model holds its last round's weights only, so that iterations cannot choose another",
      "Leave iterations out, or train for as many rounds",
    );
  }
  const { features, outputNames, baseValues } = learner;
  const outputs = outputNames.length;
  const node = booster.get("model").get("weights");
  const weights = node.numbers((features + 1) * outputs);
  if (Array.prototype.some.call(weights, (weight: number) => !Number.isFinite(weight)))
    node.fail("expected finite weights");
  const coefficients = new Float64Array(features * outputs);
  const intercepts = new Float64Array(outputs).fill(baseValues[0]!);
  for (let k = 0; k < outputs; k++) {
    for (let j = 0; j < features; j++)
      coefficients[k * features + j] = Math.fround(weights[j * outputs + k]!);
    intercepts[k]! += Math.fround(weights[features * outputs + k]!);
  }
  const { featureNames, transform, source } = learner;
  return new LinearModel({
    featureNames,
    outputNames,
    coefficients,
    intercepts,
    transform,
    missingValue: 0,
    source,
  });
}
