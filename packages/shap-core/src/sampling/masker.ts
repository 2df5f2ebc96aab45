import type { Hierarchy } from "./hierarchy.js";

/**
 * Says what a model sees when features are hidden. A coalition has one byte a feature: 1 known, 0 hidden. It stands
 * for `samples` rows, and its worth is the mean of the model's outputs for them.
 */
export interface Masker {
  readonly featureNames: readonly string[];
  /** For a categorical feature the names behind its codes, where known. */
  readonly categories?: readonly (readonly string[] | undefined)[];
  /** Rows a coalition stands for. */
  readonly samples: number;
  /** Coalitions keep to this tree of features, where there is one: values are then Owen values. */
  readonly hierarchy?: Hierarchy;
  /** How Python's shap would call it; decides what `auto` picks. */
  readonly kind: "independent" | "partition" | "impute" | "fixed";
  /** The features of row x that hiding can change, ascending. */
  varying(x: Float64Array): number[];
  /** Writes the coalition's rows, samples × features, at `offset` of `target`. */
  fill(x: Float64Array, coalition: Uint8Array, target: Float64Array, offset: number): void;
  /** Writes one of them. */
  fillSample(
    x: Float64Array,
    coalition: Uint8Array,
    sample: number,
    target: Float64Array,
    offset: number,
  ): void;
}
