import { identity, type OutputTransform } from "../../model/output-transform.js";
import type { DocumentNode } from "../document.js";

/** Objectives whose predict gives the margin itself, unless `reg_sqrt` squares it back. */
const identities = new Set([
  "regression",
  "regression_l2",
  "regression_l1",
  "huber",
  "fair",
  "quantile",
  "mape",
  "lambdarank",
  "rank_xendcg",
  "none",
  "custom",
]);

export interface LightgbmObjective {
  readonly name: string;
  readonly transform: OutputTransform;
}

/**
 * The objective's line: a name and its parameters, for example `binary sigmoid:1` or `regression sqrt`. A model
 * trained on an objective of one's own has none, and its predict gives the margins.
 */
export function readObjective(node: DocumentNode | undefined): LightgbmObjective {
  const [name = "custom", ...parameters] = node?.text().trim().split(/\s+/) ?? [];
  if (node === undefined || identities.has(name)) {
    const isSquared = parameters.includes("sqrt");
    return { name, transform: isSquared ? { kind: "signed-square" } : identity };
  }
  switch (name) {
    case "poisson":
    case "gamma":
    case "tweedie":
      return { name, transform: { kind: "exp" } };
    case "binary":
    case "multiclassova":
      return { name, transform: { kind: "logistic", scale: sigmoid(node, parameters) } };
    case "multiclass":
      return { name, transform: { kind: "softmax" } };
    case "cross_entropy":
      return { name, transform: { kind: "logistic", scale: 1 } };
    case "cross_entropy_lambda":
      return { name, transform: { kind: "log1p-exp" } };
    default:
      return node.fail("expected an objective of LightGBM");
  }
}

function sigmoid(node: DocumentNode, parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith("sigmoid:"))?.slice("sigmoid:".length);
  const scale = text === undefined ? 1 : Number(text);
  return Number.isFinite(scale) && scale > 0 ? scale : node.fail("expected sigmoid:<a positive number>");
}
