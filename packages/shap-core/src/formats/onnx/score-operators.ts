import type { Operator } from "./attributes.js";
import type { Value } from "./graph.js";
import { DataType } from "./schema.js";
import { isMirrored, outputCount, type Scores, scaleScores, shiftScores } from "./scores.js";
import { classLabels } from "./tree-operators.js";

/**
 * What an operator makes of scores; undefined where it is none that is read. Post-transforms are recorded, sums are
 * shifted and scaled, and what only changes the form of the output is passed through.
 */
export function applyToScores(operator: Operator, given: readonly Value[]): Value[] | undefined {
  const { name } = operator;
  const at = given.findIndex((value) => value.kind !== "constant" && value.kind !== "columns");
  const value = given[at];
  if (value === undefined || value.kind === "label" || value.kind === "unknown") return undefined;
  if (value.kind === "absolute")
    return name === "ReduceSum" && isRowAxis(operator, given)
      ? [{ kind: "norm", scores: value.scores }]
      : undefined;
  if (value.kind === "part") return PASSING.has(name) ? [value] : undefined;
  if (value.kind !== "scores") return undefined;
  const { scores } = value;
  const passed = (changed: Scores): Value[] => [{ kind: "scores", scores: changed }];
  const other = given.length === 2 ? given[1 - at] : undefined;
  switch (name) {
    case "Identity":
    case "Reshape":
    case "Flatten":
    case "Squeeze":
      return [value];
    case "Cast":
      return REAL_TYPES.has(operator.attributes.integer("to", 0)) ? [value] : undefined;
    case "Slice":
      return [{ kind: "part", scores }];
    case "ai.onnx.ml.ZipMap":
      return passed({ ...scores, isClassifier: true, labels: classLabels(operator) });
    case "ArgMax":
    case "TopK":
      return operator.outputs.map(() => ({ kind: "label" }));
    case "Abs":
      return scores.transform.kind === "logistic" ? [{ kind: "absolute", scores }] : undefined;
    case "Div":
      if (other?.kind === "norm" && other.scores === scores && at === 0 && sumsToOne(scores)) return [value];
      return arithmetic(name, scores, other, at);
    case "ai.onnx.ml.Normalizer":
      return operator.attributes.text("norm", "MAX") === "L1" && sumsToOne(scores) ? [value] : undefined;
    case "Add":
    case "Sub":
    case "Mul":
      return arithmetic(name, scores, other, at);
    case "Sigmoid":
      return scores.transform.kind === "identity"
        ? passed({ ...scores, transform: { kind: "logistic", scale: 1 } })
        : undefined;
    case "Softmax":
      return scores.transform.kind === "identity" && outputCount(scores) > 1 && isRowAxis(operator, given)
        ? passed({ ...scores, transform: { kind: "softmax" } })
        : undefined;
    case "Exp":
      return scores.transform.kind === "identity"
        ? passed({ ...scores, transform: { kind: "exp" } })
        : undefined;
    default:
      return undefined;
  }
}

/** Operators that change no more than the form of a tensor. */
const PASSING = new Set(["Identity", "Reshape", "Flatten", "Squeeze"]);

const REAL_TYPES = new Set<number>([DataType.float, DataType.double]);

/** Whether an operator works along each row: its axis (an attribute, or since opset 13 an input) is 1 or −1. */
function isRowAxis({ attributes }: Operator, given: readonly Value[]): boolean {
  const input = given.find((value) => value.kind === "constant");
  const axes = input?.tensor.values ?? attributes.numbers("axes");
  const axis = axes.length > 0 ? axes[0]! : attributes.integer("axis", -1);
  return axes.length <= 1 && (axis === 1 || axis === -1);
}

/** Whether a normalisation to sum 1 changes nothing. */
function sumsToOne(scores: Scores): boolean {
  const { kind } = scores.transform;
  return kind === "softmax" || (kind === "logistic" && isMirrored(scores));
}

/** Scores with a constant, output by output or one for all. */
function arithmetic(name: string, scores: Scores, other: Value | undefined, at: number): Value[] | undefined {
  if (scores.transform.kind !== "identity" || other?.kind !== "constant") return undefined;
  const by = other.tensor.values;
  if (by.length !== 1 && by.length !== outputCount(scores)) return undefined;
  if (!by.every(Number.isFinite)) return undefined;
  const made = (changed: Scores): Value[] => [{ kind: "scores", scores: changed }];
  if (name === "Add") return made(shiftScores(scores, by));
  if (name === "Mul") return made(scaleScores(scores, by));
  if (at !== 0) {
    // constant − scores
    return name === "Sub" ? made(shiftScores(scaleScores(scores, [-1]), by)) : undefined;
  }
  if (name === "Sub")
    return made(
      shiftScores(
        scores,
        by.map((value) => -value),
      ),
    );
  return by.includes(0)
    ? undefined
    : made(
        scaleScores(
          scores,
          by.map((value) => 1 / value),
        ),
      );
}
