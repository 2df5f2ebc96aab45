import { UnsupportedModelError } from "../errors.js";
import { Explanation } from "../explanation.js";
import { type Rows, toMatrix } from "../model/rows.js";
import type { TreeEnsemble } from "../model/tree-ensemble.js";
import { expectedValue } from "./expected-value.js";
import { PathDependentQuadrature } from "./quadrature.js";

/** Exact Shapley values of a tree ensemble. */
export class TreeExplainer {
  readonly method = "tree";
  readonly expectedValue: Float64Array;
  private readonly engine: PathDependentQuadrature;

  /** @throws UnsupportedModelError where the values could not be exact */
  constructor(private readonly model: TreeEnsemble) {
    const { cover } = model.data;
    if (cover === undefined) {
      throw new UnsupportedModelError(
        "The model file tells no covers, which tree_path_dependent needs",
        "Give `background` rows for interventional values",
      );
    }
    this.expectedValue = expectedValue(model, cover);
    this.engine = new PathDependentQuadrature(model, cover);
  }

  /** @throws ShapeError where a row does not fit the model */
  explain(rows: Rows): Explanation {
    const data = toMatrix(rows, this.model);
    return new Explanation({
      values: this.engine.explain(data),
      baseValues: this.expectedValue,
      data,
      featureNames: this.model.featureNames,
      outputNames: this.model.outputNames,
    });
  }
}
