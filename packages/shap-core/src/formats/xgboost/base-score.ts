import { ShapeError } from "../../errors.js";
import type { DocumentNode } from "../document.js";
import type { Objective } from "./objective.js";

/** base_score is one number up to 3.0 and a list in square brackets from 3.1, in the space of predictions. */
export function parseBaseScore(node: DocumentNode): number[] {
  const text = typeof node.value === "number" ? String(node.value) : node.text();
  const parts = text.replace(/^[[(]|[\])]$/g, "").split(",");
  const scores = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (scores.some((score) => !Number.isFinite(score)))
    node.fail("expected a number, or a list of them in brackets");
  return scores;
}

/**
 * The margins the trees add to, one an output. One score stands for all outputs.
 * @throws ShapeError where there are neither one nor `outputs` scores, or a score has no margin
 */
export function baseMargins(scores: readonly number[], outputs: number, objective: Objective): Float64Array {
  if (scores.length !== 1 && scores.length !== outputs) {
    throw new ShapeError(`base_score has ${scores.length} numbers, expected 1 or ${outputs}`);
  }
  const margins = Float64Array.from({ length: outputs }, (_, k) => Math.fround(scores[k] ?? scores[0]!));
  objective.toMargins(margins);
  if (!margins.every(Number.isFinite)) {
    throw new ShapeError(`base_score ${scores.join(", ")} is out of range for ${objective.name}`);
  }
  return margins;
}
