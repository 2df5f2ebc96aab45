import type { DocumentNode } from "../document.js";
import { type Operator, readOperator } from "./attributes.js";
import { applyToColumns } from "./column-operators.js";
import type { Column } from "./columns.js";
import { refuse } from "./refuse.js";
import { applyToScores } from "./score-operators.js";
import type { Scores } from "./scores.js";
import { readTensor, type Tensor } from "./tensor.js";

/** What is known of a tensor of the graph without running it. */
export type Value =
  /** The features, or what was computed of each by itself; `single` where it is float32. */
  | { readonly kind: "columns"; readonly columns: readonly Column[]; readonly single: boolean }
  | { readonly kind: "constant"; readonly tensor: Tensor }
  | { readonly kind: "scores"; readonly scores: Scores }
  /** Some outputs of the scores: a graph may give each by itself, nothing is computed with them. */
  | { readonly kind: "part"; readonly scores: Scores }
  /** Σ |score| of a row, or |score|: half of a normalisation to sum 1. */
  | { readonly kind: "absolute" | "norm"; readonly scores: Scores }
  /** The predicted class, which nothing is explained of. */
  | { readonly kind: "label" }
  /** The outcome of an operator that is not read. */
  | { readonly kind: "unknown"; readonly operator: Operator };

/** The model's input tensors as columns, and all its features. */
export interface GraphInputs {
  readonly values: ReadonlyMap<string, Value>;
  readonly features: number;
}

/** Follows the graph from its inputs; gives what is known of each tensor by name. */
export function followGraph(graph: DocumentNode, inputs: GraphInputs): Map<string, Value> {
  const values = new Map<string, Value>(inputs.values);
  for (const initializer of graph.optional("initializer")?.items() ?? []) {
    values.set(initializer.optional("name")?.text() ?? "", {
      kind: "constant",
      tensor: readTensor(initializer),
    });
  }
  for (const node of graph.optional("node")?.items() ?? []) {
    const operator = readOperator(node);
    const given = operator.inputs
      .filter((name) => name !== "")
      .map(
        (name) =>
          values.get(name) ?? refuse(node, `takes ${JSON.stringify(name)}, which no earlier node makes`),
      );
    const outcomes = apply(operator, given, inputs.features);
    operator.outputs.forEach((name, index) => {
      values.set(name, outcomes[index] ?? { kind: "unknown", operator });
    });
  }
  return values;
}

function apply(operator: Operator, given: readonly Value[], features: number): Value[] {
  if (operator.name === "Constant" && operator.attributes.has("value"))
    return [{ kind: "constant", tensor: operator.attributes.tensor("value") }];
  const unknown = given.find((value) => value.kind === "unknown");
  if (unknown !== undefined) return operator.outputs.map(() => unknown);
  if (given.some((value) => value.kind === "label")) return operator.outputs.map(() => ({ kind: "label" }));
  return (
    applyToScores(operator, given) ??
    applyToColumns(operator, given, features) ??
    operator.outputs.map(() => ({ kind: "unknown", operator }))
  );
}
