import { UnsupportedModelError } from "../../errors.js";
import type { SourceSplit } from "../tree-builder.js";
import type { Operator } from "./attributes.js";
import { type Column, featureTest } from "./columns.js";
import { refuse } from "./refuse.js";

export type BranchMode =
  | "BRANCH_LEQ"
  | "BRANCH_LT"
  | "BRANCH_GTE"
  | "BRANCH_GT"
  | "BRANCH_EQ"
  | "BRANCH_NEQ"
  | "BRANCH_MEMBER";

/** A split as ONNX writes it: `column mode value`, and where it leads. */
export interface OnnxBranch {
  readonly column: number;
  readonly value: number;
  readonly mode: BranchMode;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly missingIsTrue: boolean;
}

/** A split in the neutral form, `x <= threshold` goes left. A missing value makes every comparison false. */
export function branch(operator: Operator, columns: readonly Column[], split: OnnxBranch): SourceSplit {
  const column = columns[split.column];
  if (column === undefined)
    return refuse(operator.node, `splits on column ${split.column}; expected 0 to ${columns.length - 1}`);
  if (Number.isNaN(split.value))
    return refuse(operator.node, "splits on the threshold NaN; expected a number");
  const { mode } = split;
  if (mode === "BRANCH_EQ" || mode === "BRANCH_NEQ" || mode === "BRANCH_MEMBER") {
    throw new UnsupportedModelError(
      `${operator.name} with the node mode ${mode} is not read`,
      "Export the model in its library's own format (LightGBM text, XGBoost JSON), which keeps categories",
    );
  }
  const below = mode === "BRANCH_LEQ" || mode === "BRANCH_LT";
  if (!below && mode !== "BRANCH_GT" && mode !== "BRANCH_GTE")
    return refuse(
      operator.node,
      `has a node of the mode ${JSON.stringify(mode)}; expected BRANCH_LEQ, ... or LEAF`,
    );
  const strict = mode === "BRANCH_LT" || mode === "BRANCH_GTE";
  const { threshold, negated } = featureTest(column, split.value, strict);
  // `x <= threshold` says the mode's own test where that asks for "below" and the column rises with the feature.
  const trueIsLeft = below !== negated;
  return {
    kind: "split",
    feature: column.feature,
    threshold,
    left: trueIsLeft ? split.whenTrue : split.whenFalse,
    right: trueIsLeft ? split.whenFalse : split.whenTrue,
    missingLeft: split.missingIsTrue === trueIsLeft,
  };
}
