import { ModelFormatError } from "../errors.js";
import {
  CATEGORICAL,
  LEAF,
  MISSING_LEFT,
  type TreeEnsembleData,
  ZERO_IS_MISSING,
} from "../model/tree-ensemble.js";
import { GrowingFloat64Array, GrowingInt32Array, GrowingUint32Array } from "./growing-array.js";
import { MAX_CATEGORY_WORDS, MAX_DEPTH, MAX_VALUES } from "./limits.js";
import { LinearLeafBuilder } from "./linear-leaf-builder.js";

/** A node as a reader finds it in a file, its test already in the neutral form (see TreeEnsembleData). */
export type SourceNode = SourceLeaf | SourceSplit;

export interface SourceLeaf {
  readonly kind: "leaf";
  /** One number, or one an output. */
  readonly value: number | ArrayLike<number>;
  readonly cover?: number | undefined;
  /** The linear model that stands instead of the value unless one of its features is missing. */
  readonly linear?: SourceLinearLeaf | undefined;
}

export interface SourceLinearLeaf {
  readonly constant: number;
  readonly features: ArrayLike<number>;
  readonly coefficients: ArrayLike<number>;
}

export interface SourceSplit {
  readonly kind: "split";
  readonly feature: number;
  readonly left: number;
  readonly right: number;
  readonly missingLeft: boolean;
  readonly zeroIsMissing?: boolean;
  /** `x <= threshold` goes left. */
  readonly threshold?: number;
  /** Instead of a threshold: codes that go left, as bits, lowest first. */
  readonly categories?: Uint32Array;
  readonly cover?: number;
}

export interface SourceTree {
  /** Where the tree stands in the file, for errors. */
  readonly path: string;
  /** How many node ids there are; ids are 0 to nodeCount − 1. */
  readonly nodeCount: number;
  readonly root?: number;
  /** The output the tree adds to; -1 where its leaves hold one value an output. */
  readonly output: number;
  readonly node: (id: number) => SourceNode;
}

type NodeArrays = Pick<
  TreeEnsembleData,
  | "treeStart"
  | "treeOutput"
  | "feature"
  | "threshold"
  | "left"
  | "right"
  | "flags"
  | "categorySet"
  | "categoryStart"
  | "categoryWords"
  | "cover"
  | "values"
  | "valueWidth"
  | "linearLeaves"
>;

/**
 * Collects the trees of a file into the flat arrays of a TreeEnsemble and checks on the way that each is a tree:
 * children in range, no node reached twice, features the model has, finite leaf values, covers that are weights.
 */
export class TreeBuilder {
  private readonly treeStart = new GrowingInt32Array();
  private readonly treeOutput = new GrowingInt32Array();
  private readonly feature = new GrowingInt32Array();
  private readonly threshold = new GrowingFloat64Array();
  private readonly left = new GrowingInt32Array();
  private readonly right = new GrowingInt32Array();
  private readonly flags = new GrowingInt32Array();
  private readonly categorySet = new GrowingInt32Array();
  private readonly categoryStart = new GrowingInt32Array();
  private readonly categoryWords = new GrowingUint32Array();
  private readonly cover = new GrowingFloat64Array();
  private readonly values = new GrowingFloat64Array();
  private hasCovers = true;
  private readonly linearLeaves: LinearLeafBuilder;

  /**
   * @param valueWidth 1, or the number of outputs where any tree's leaves hold a vector
   */
  constructor(
    private readonly format: string,
    private readonly features: number,
    private readonly outputs: number,
    private readonly valueWidth = 1,
  ) {
    this.linearLeaves = new LinearLeafBuilder(format, features);
  }

  /** Adds a tree; nodes that the root does not reach (deleted by pruning) are left out. */
  addTree(tree: SourceTree): void {
    if (tree.output < -1 || tree.output >= this.outputs) {
      this.fail(tree.path, `belongs to output ${tree.output}, the model has ${this.outputs}`);
    }
    this.treeStart.push(this.feature.length);
    this.treeOutput.push(tree.output);
    const seen = new Uint8Array(tree.nodeCount);
    // Depth first, left before right, with an own stack: files may hold trees deeper than the call stack.
    const pending = [{ id: tree.root ?? 0, parent: -1, isLeft: false, depth: 0 }];
    while (pending.length > 0) {
      const { id, parent, isLeft, depth } = pending.pop()!;
      const where = `${tree.path} node ${id}`;
      if (!Number.isInteger(id) || id < 0 || id >= tree.nodeCount) {
        this.fail(tree.path, `a child is node ${id}, the tree has nodes 0 to ${tree.nodeCount - 1}`);
      }
      if (seen[id] === 1) this.fail(where, "is reached twice, so the nodes are no tree");
      if (depth > MAX_DEPTH) this.fail(where, `lies deeper than ${MAX_DEPTH} splits`);
      seen[id] = 1;
      const index = this.feature.length;
      if (parent >= 0) (isLeft ? this.left : this.right).set(parent, index);
      const node = tree.node(id);
      this.addCover(node.cover, where);
      if (this.values.length + this.valueWidth > MAX_VALUES)
        this.fail(where, `the model has more than ${MAX_VALUES} leaf values`);
      if (node.kind === "leaf") this.addLeaf(node, where);
      else {
        this.addSplit(node, where);
        pending.push({ id: node.right, parent: index, isLeft: false, depth: depth + 1 });
        pending.push({ id: node.left, parent: index, isLeft: true, depth: depth + 1 });
      }
    }
  }

  /** The arrays of all trees added so far. */
  build(): NodeArrays {
    this.treeStart.push(this.feature.length);
    this.categoryStart.push(this.categoryWords.length);
    const values = this.values.toArray();
    return {
      treeStart: this.treeStart.toArray(),
      treeOutput: this.treeOutput.toArray(),
      feature: this.feature.toArray(),
      threshold: this.threshold.toArray(),
      left: this.left.toArray(),
      right: this.right.toArray(),
      flags: Uint8Array.from(this.flags.toArray()),
      categorySet: this.categorySet.toArray(),
      categoryStart: this.categoryStart.toArray(),
      categoryWords: this.categoryWords.toArray(),
      cover: this.hasCovers ? this.cover.toArray() : undefined,
      values,
      valueWidth: this.valueWidth,
      linearLeaves: this.linearLeaves.build(values),
    };
  }

  private addLeaf(leaf: SourceLeaf, where: string): void {
    if (leaf.linear !== undefined) this.linearLeaves.add(this.feature.length, leaf.linear, where);
    this.pushNode(LEAF, Number.NaN, 0, -1);
    const isVector = typeof leaf.value !== "number";
    const given = isVector ? (leaf.value as ArrayLike<number>) : [leaf.value as number];
    if (given.length > this.valueWidth)
      this.fail(where, `has ${given.length} values, expected ${this.valueWidth}`);
    for (let k = 0; k < this.valueWidth; k++) {
      const value = given[k] ?? 0;
      if (!Number.isFinite(value)) this.fail(where, `has the leaf value ${value}, expected a finite number`);
      this.values.push(value);
    }
  }

  private addSplit(split: SourceSplit, where: string): void {
    if (!Number.isInteger(split.feature) || split.feature < 0 || split.feature >= this.features) {
      this.fail(
        where,
        `splits on feature ${split.feature}, the model has features 0 to ${this.features - 1}`,
      );
    }
    let flags = (split.missingLeft ? MISSING_LEFT : 0) | (split.zeroIsMissing ? ZERO_IS_MISSING : 0);
    let set = -1;
    if (split.categories !== undefined) {
      flags |= CATEGORICAL;
      set = this.categoryStart.length;
      this.categoryStart.push(this.categoryWords.length);
      if (this.categoryWords.length + split.categories.length > MAX_CATEGORY_WORDS)
        this.fail(where, `the model's category sets take more than ${MAX_CATEGORY_WORDS} words`);
      for (const word of split.categories) this.categoryWords.push(word);
    }
    this.pushNode(split.feature, split.threshold ?? Number.NaN, flags, set);
    for (let k = 0; k < this.valueWidth; k++) this.values.push(0);
  }

  private pushNode(feature: number, threshold: number, flags: number, set: number): void {
    this.feature.push(feature);
    this.threshold.push(threshold);
    this.flags.push(flags);
    this.categorySet.push(set);
    this.left.push(-1);
    this.right.push(-1);
  }

  private addCover(cover: number | undefined, where: string): void {
    if (cover === undefined) this.hasCovers = false;
    else if (!(cover >= 0 && Number.isFinite(cover)))
      this.fail(where, `has the cover ${cover}, expected a weight`);
    this.cover.push(cover ?? 0);
  }

  private fail(path: string, expected: string): never {
    throw new ModelFormatError(this.format, path, expected);
  }
}
