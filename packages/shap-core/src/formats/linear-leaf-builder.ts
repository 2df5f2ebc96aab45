import { ModelFormatError } from "../errors.js";
import type { LinearLeaves } from "../model/tree-ensemble.js";
import { GrowingFloat64Array, GrowingInt32Array } from "./growing-array.js";
import type { SourceLinearLeaf } from "./tree-builder.js";

/** Collects the linear models of leaves, node by node in rising order, into the flat arrays of LinearLeaves. */
export class LinearLeafBuilder {
  private readonly start = new GrowingInt32Array();
  private readonly terms = new GrowingInt32Array();
  private readonly coefficients = new GrowingFloat64Array();
  private readonly constants = new GrowingFloat64Array();

  constructor(
    private readonly format: string,
    private readonly features: number,
  ) {}

  add(node: number, leaf: SourceLinearLeaf, where: string): void {
    this.skipTo(node);
    if (leaf.features.length !== leaf.coefficients.length)
      this.fail(where, `has ${leaf.features.length} features and ${leaf.coefficients.length} coefficients`);
    if (!Number.isFinite(leaf.constant)) this.fail(where, `has the constant ${leaf.constant}`);
    this.start.push(this.terms.length);
    this.constants.push(leaf.constant);
    for (let i = 0; i < leaf.features.length; i++) {
      const [feature, coefficient] = [leaf.features[i]!, leaf.coefficients[i]!];
      if (!Number.isInteger(feature) || feature < 0 || feature >= this.features)
        this.fail(
          where,
          `has a term of feature ${feature}, the model has features 0 to ${this.features - 1}`,
        );
      if (!Number.isFinite(coefficient)) this.fail(where, `has the coefficient ${coefficient}`);
      this.terms.push(feature);
      this.coefficients.push(coefficient);
    }
  }

  /**
   * A leaf that was not added is the linear model of no terms that gives its value.
   * @param values one a node
   * @returns undefined where no leaf was added
   */
  build(values: Float64Array): LinearLeaves | undefined {
    if (this.start.length === 0) return undefined;
    this.skipTo(values.length);
    this.start.push(this.terms.length);
    return {
      start: this.start.toArray(),
      features: this.terms.toArray(),
      coefficients: this.coefficients.toArray(),
      constants: this.constants
        .toArray()
        .map((constant, node) => (Number.isNaN(constant) ? values[node]! : constant)),
    };
  }

  /** Marks the nodes before `node` as holding no linear model. */
  private skipTo(node: number): void {
    while (this.start.length < node) {
      this.start.push(this.terms.length);
      this.constants.push(Number.NaN);
    }
  }

  private fail(where: string, expected: string): never {
    throw new ModelFormatError(this.format, where, expected);
  }
}
