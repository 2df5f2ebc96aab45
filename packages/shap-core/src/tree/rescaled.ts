import type { Matrix } from "../model/matrix.js";
import type { TreeEnsemble } from "../model/tree-ensemble.js";
import type { ScaleOfOutput } from "./output-scale.js";
import { PairWalk } from "./pair-walk.js";
import { ownShare, referenceShare } from "./unanimity.js";

export interface RescaledValues {
  /** rows × features, row-major. */
  readonly values: Float64Array;
  /** The mean transformed output of the background, for each row (it depends on the row's label, if there is one). */
  readonly baseValues: Float64Array;
}

/**
 * Values of a transformed output T(m) of a model with one output, as shap defines them: for each background row r the
 * interventional values of the margin m are scaled by (T(m_x) − T(m_r)) / (m_x − m_r), then averaged (the rescale rule
 * of DeepLIFT). They add up to T(m_x) − mean T(m_r), but are no Shapley values of the game of T.
 */
export function rescaledValues(
  model: TreeEnsemble,
  background: Matrix,
  rows: Matrix,
  scaleOfRow: (row: number) => ScaleOfOutput,
): RescaledValues {
  const features = rows.columns;
  const { values: leafValues, valueWidth } = model.data;
  const margins = model.predict(rows).values;
  const backgroundMargins = model.predict(background).values;
  const values = new Float64Array(rows.rows * features);
  const baseValues = new Float64Array(rows.rows);
  const walk = new PairWalk(model);
  for (let r = 0; r < rows.rows; r++) {
    const { transform, slope } = scaleOfRow(r);
    const at = r * features;
    for (let b = 0; b < background.rows; b++) {
      const [own, other] = [margins[r]!, backgroundMargins[b]!];
      baseValues[r]! += transform(other) / background.rows;
      const scale = slope(own, other) / background.rows;
      for (let tree = 0; tree < model.treeCount; tree++) {
        walk.visit(tree, rows.data, at, background.data, b * features, (leaf) => {
          const { ownCount: p, referenceCount: n } = leaf;
          const value = scale * leafValues[leaf.node * valueWidth]!;
          const up = p > 0 ? value * ownShare(p, n) : 0;
          for (let i = 0; i < p; i++) values[at + leaf.own[i]!]! += up;
          const down = n > 0 ? value * referenceShare(p, n) : 0;
          for (let i = 0; i < n; i++) values[at + leaf.reference[i]!]! -= down;
        });
      }
    }
  }
  return { values, baseValues };
}
