import { LinearModel } from "../../model/linear-model.js";
import type { DocumentNode } from "../document.js";
import { featureNamesOf, outputNamesOf } from "../feature-names.js";
import type { Format, ReadOptions } from "../format.js";
import { linkTransform } from "../link.js";

/**
 * A linear model as JSON, as examples/export-sklearn.py writes it and as anyone can by hand:
 *
 *     { "coefficients": [0.5, -1.25], "intercept": 3, "link": "logit", "feature_names": ["age", "income"] }
 *
 * Several outputs have one row of coefficients and one intercept each, and may have `output_names`.
 * `link` is identity (default), logit, log or softmax; predict's "probability" applies its inverse.
 */
export const linearJson = {
  name: "linear-json",
  title: "linear model as JSON",
  recognises: (content) => content.hasMembers("coefficients"),
  read: (content, options) => readLinear(content.document("linear-json"), options),
} as const satisfies Format;

function readLinear(document: DocumentNode, options: ReadOptions): LinearModel {
  const rows = coefficientRows(document.get("coefficients"));
  const features = rows[0]!.length;
  const coefficients = new Float64Array(rows.length * features);
  rows.forEach((row, k) => {
    for (let j = 0; j < features; j++) {
      coefficients[k * features + j] = Number.isFinite(row.values[j])
        ? row.values[j]!
        : row.node.at(j).fail("expected a finite number");
    }
  });
  const transform = linkTransform(document.optional("link"), document.optional("link_scale"));
  if (transform.kind === "softmax" && rows.length === 1)
    document.get("link").fail("expected several outputs for softmax");
  return new LinearModel({
    featureNames: featureNamesOf(document.optional("feature_names"), features, options),
    outputNames: outputNamesOf(document.optional("output_names"), rows.length),
    coefficients,
    intercepts: intercepts(document.optional("intercept"), rows.length),
    transform,
    source: { format: document.format, objective: document.optional("objective")?.text() ?? "linear" },
  });
}

interface CoefficientRow {
  readonly node: DocumentNode;
  readonly values: ArrayLike<number>;
  readonly length: number;
}

function coefficientRows(node: DocumentNode): CoefficientRow[] {
  if (node.length === 0) node.fail("expected at least one coefficient");
  const rows = node.at(0).isList() ? node.items() : [node];
  const features = rows[0]!.length;
  if (features === 0) node.fail("expected at least one coefficient an output");
  return rows.map((row) => ({ node: row, values: row.numbers(features), length: features }));
}

function intercepts(node: DocumentNode | undefined, outputs: number): Float64Array {
  if (node === undefined) return new Float64Array(outputs);
  if (!node.isList()) {
    const value = node.number();
    return outputs === 1 ? Float64Array.of(value) : node.fail(`expected ${outputs} numbers`);
  }
  const values = Float64Array.from(node.numbers(outputs));
  values.forEach((value, k) => {
    if (!Number.isFinite(value)) node.at(k).fail("expected a finite number");
  });
  return values;
}
