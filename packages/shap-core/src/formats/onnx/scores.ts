import { UnsupportedModelError } from "../../errors.js";
import { LinearModel } from "../../model/linear-model.js";
import type { Model, ModelSource } from "../../model/model.js";
import { identity, type OutputTransform } from "../../model/output-transform.js";
import { TreeEnsemble } from "../../model/tree-ensemble.js";
import type { TreeBuilder } from "../tree-builder.js";

/** What the graph computes of a row before the post-transform: sums of trees, or of weighted features. */
export type Sums =
  | { readonly kind: "trees"; readonly build: ReturnType<TreeBuilder["build"]> }
  /** outputs × features, row-major. */
  | { readonly kind: "linear"; readonly coefficients: Float64Array };

/** A graph's scores as far as it has been followed. */
export interface Scores {
  readonly sums: Sums;
  readonly base: Float64Array;
  readonly transform: OutputTransform;
  /** Whether the outputs are classes (named class_0, ... where the graph does not name them). */
  readonly isClassifier: boolean;
  readonly labels: readonly string[] | undefined;
}

export const outputCount = (scores: Scores): number => scores.base.length;

/** scores + by, output by output or one number for all. */
export function shiftScores(scores: Scores, by: ArrayLike<number>): Scores {
  return { ...scores, base: scores.base.map((value, k) => value + by[by.length === 1 ? 0 : k]!) };
}

/** scores × by, output by output or one number for all. */
export function scaleScores(scores: Scores, by: ArrayLike<number>): Scores {
  const factor = (k: number) => by[by.length === 1 ? 0 : k]!;
  const outputs = outputCount(scores);
  const base = scores.base.map((value, k) => value * factor(k));
  if (scores.sums.kind === "linear") {
    const features = scores.sums.coefficients.length / outputs;
    const coefficients = scores.sums.coefficients.map((value, i) => value * factor(Math.floor(i / features)));
    return { ...scores, base, sums: { kind: "linear", coefficients } };
  }
  const { build } = scores.sums;
  const values = Float64Array.from(build.values);
  for (let tree = 0; tree < build.treeOutput.length; tree++) {
    const output = build.treeOutput[tree]!;
    for (let node = build.treeStart[tree]!; node < build.treeStart[tree + 1]!; node++) {
      for (let k = 0; k < build.valueWidth; k++)
        values[node * build.valueWidth + k]! *= factor(output >= 0 ? output : k);
    }
  }
  return { ...scores, base, sums: { kind: "trees", build: { ...build, values } } };
}

/** Whether output 0 is the negative of output 1, as exporters write a classifier of two classes. */
export function isMirrored(scores: Scores): boolean {
  if (outputCount(scores) !== 2 || scores.sums.kind !== "linear") return false;
  const { coefficients } = scores.sums;
  const features = coefficients.length / 2;
  for (let j = 0; j < features; j++) if (coefficients[j] !== -coefficients[features + j]!) return false;
  return scores.base[0] === -scores.base[1]!;
}

/** Scores as a model. Of a mirrored pair the second class is kept, whose log-odds say all. */
export function modelOf(scores: Scores, featureNames: readonly string[], source: ModelSource): Model {
  const outputNames = namesOf(scores);
  const common = { featureNames, transform: scores.transform, source };
  if (scores.sums.kind === "trees") {
    return new TreeEnsemble({ ...scores.sums.build, ...common, outputNames, baseValues: scores.base });
  }
  const features = featureNames.length;
  if (isMirrored(scores) && scores.transform.kind === "logistic") {
    return new LinearModel({
      ...common,
      coefficients: scores.sums.coefficients.slice(features),
      intercepts: scores.base.slice(1),
      outputNames: outputNames.slice(1),
    });
  }
  return new LinearModel({
    ...common,
    coefficients: scores.sums.coefficients,
    intercepts: scores.base,
    outputNames,
  });
}

function namesOf(scores: Scores): readonly string[] {
  const outputs = outputCount(scores);
  const { labels } = scores;
  if (labels !== undefined && labels.length === outputs) return labels;
  if (labels !== undefined && labels.length === 2 && outputs === 1) return labels.slice(1);
  if (outputs === 1) return ["output"];
  const prefix = scores.isClassifier ? "class" : "target";
  return Array.from({ length: outputs }, (_, k) => `${prefix}_${k}`);
}

/** ONNX's post_transform. `who` is the operator's name, for the error. */
export function postTransform(name: string, outputs: number, who: string): OutputTransform {
  if (name === "NONE") return identity;
  if (name === "LOGISTIC") return { kind: "logistic", scale: 1 };
  if (name === "SOFTMAX" && outputs > 1) return { kind: "softmax" };
  throw new UnsupportedModelError(
    `${who} with the post_transform ${name} of ${outputs} output${outputs === 1 ? "" : "s"} is not read`,
    "Export the raw scores (skl2onnx: options={'raw_scores': True})",
  );
}
