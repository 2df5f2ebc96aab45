import { UnsupportedModelError } from "../../errors.js";
import type { OutputTransform } from "../../model/output-transform.js";
import type { Operator } from "./attributes.js";
import { postTransform } from "./scores.js";
import type { WeightShare } from "./tree-operators.js";

interface ClassifierOutputs {
  readonly outputs: number;
  readonly base: Float64Array;
  readonly transform: OutputTransform;
  readonly share: WeightShare;
}

/**
 * Which outputs a TreeEnsembleClassifier's weights add to. With two classes exporters write the weights of one only,
 * and runtimes make the other's score of it (as ONNX Runtime 1.32 does, tried case by case):
 *
 * - LOGISTIC: the weights are the second class's log-odds; one output
 * - NONE, no weight negative: they are the second class's probability p, the first's is 1 − p; two outputs
 * - NONE, else: they are the second class's margin; one output
 *
 * @throws UnsupportedModelError for combinations in which runtimes do not agree on the scores
 */
export function classifierOutputs(operator: Operator, classes: number): ClassifierOutputs {
  const { attributes, name } = operator;
  const base = attributes.numbers("base_values");
  const post = attributes.text("post_transform", "NONE");
  const ids = attributes.numbers("class_ids");
  const transform = postTransform(post, classes, name);
  if (classes === 2 && ids.every((id) => id === 0)) {
    if (base.length > 1 || post === "SOFTMAX") throw disputed(name);
    const start = base[0] ?? 0;
    const isProbability =
      post === "NONE" && attributes.numbers("class_weights").every((weight) => weight >= 0);
    if (isProbability) {
      const both: WeightShare = (_, weight) => [
        [0, -weight],
        [1, weight],
      ];
      return { outputs: 2, base: Float64Array.of(1 - start, start), transform, share: both };
    }
    return { outputs: 1, base: Float64Array.of(start), transform, share: (_, weight) => [[0, weight]] };
  }
  const plain: WeightShare = (id, weight) => [[id, weight]];
  if (base.length === 0)
    return { outputs: classes, base: new Float64Array(classes), transform, share: plain };
  if (classes === 2 || base.length !== classes || (classes === 1 && post !== "NONE")) throw disputed(name);
  return { outputs: classes, base, transform, share: plain };
}

function disputed(name: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${name} has base_values or a post_transform on which runtimes do not agree for its number of classes`,
    "Export the model with one weight a leaf for two classes (as skl2onnx does), or in its library's own format",
  );
}
