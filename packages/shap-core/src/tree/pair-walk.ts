import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";

/** Which features a leaf needs from the explained row (`own`) and which from the background row (`reference`). */
export interface MeetingLeaf {
  readonly node: number;
  /** The first `ownCount` entries. */
  readonly own: Int32Array;
  readonly ownCount: number;
  readonly reference: Int32Array;
  readonly referenceCount: number;
}

/**
 * Finds the leaves of a tree that some mixture of two rows reaches. For such a leaf the game is
 * v(S) = leaf value where S holds all of `own` and none of `reference`, else 0; a feature on whose conditions both
 * rows agree plays no part. Leaves that need the same feature from both rows are reached by no mixture.
 */
export class PairWalk {
  /** 0: on neither list, 1: from the explained row, 2: from the background row. */
  private readonly takenFrom: Uint8Array;
  private readonly own: Int32Array;
  private readonly reference: Int32Array;
  private ownCount = 0;
  private referenceCount = 0;

  constructor(private readonly model: TreeEnsemble) {
    const features = model.featureNames.length;
    this.takenFrom = new Uint8Array(features);
    this.own = new Int32Array(features);
    this.reference = new Int32Array(features);
  }

  /**
   * Calls `found` for each such leaf of a tree. The leaf's lists are good only until it returns.
   * @param row where the explained row begins in `rows`, as `other` in `others` for the background row
   */
  visit(
    tree: number,
    rows: Float64Array,
    row: number,
    others: Float64Array,
    other: number,
    found: (leaf: MeetingLeaf) => void,
  ): void {
    const { feature, left, right, treeStart } = this.model.data;
    const visit = (node: number): void => {
      const j = feature[node]!;
      if (j === LEAF) {
        const { own, ownCount, reference, referenceCount } = this;
        found({ node, own, ownCount, reference, referenceCount });
        return;
      }
      const ownChild = this.model.goesLeft(node, rows[row + j]!) ? left[node]! : right[node]!;
      const referenceChild = this.model.goesLeft(node, others[other + j]!) ? left[node]! : right[node]!;
      if (ownChild === referenceChild || this.takenFrom[j] === 1) visit(ownChild);
      else if (this.takenFrom[j] === 2) visit(referenceChild);
      else {
        this.takenFrom[j] = 1;
        this.own[this.ownCount++] = j;
        visit(ownChild);
        this.ownCount--;
        this.takenFrom[j] = 2;
        this.reference[this.referenceCount++] = j;
        visit(referenceChild);
        this.referenceCount--;
        this.takenFrom[j] = 0;
      }
    };
    visit(treeStart[tree]!);
  }
}
