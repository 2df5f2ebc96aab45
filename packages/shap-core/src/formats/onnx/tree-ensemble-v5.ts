import { type SourceNode, TreeBuilder } from "../tree-builder.js";
import type { Operator } from "./attributes.js";
import type { Column } from "./columns.js";
import { refuse } from "./refuse.js";
import { postTransform, type Scores } from "./scores.js";
import { unreadAggregate } from "./tree-operators.js";
import { type BranchMode, branch } from "./tree-split.js";

const AGGREGATES = ["AVERAGE", "SUM", "MIN", "MAX"];
const POST_TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];
const MODES: readonly BranchMode[] = [
  "BRANCH_LEQ",
  "BRANCH_LT",
  "BRANCH_GTE",
  "BRANCH_GT",
  "BRANCH_EQ",
  "BRANCH_NEQ",
  "BRANCH_MEMBER",
];

/**
 * ai.onnx.ml.TreeEnsemble, version 5: splits and leaves have lists of their own, and a leaf has one weight for one
 * target. A tree of one leaf is written as a split both of whose sides are that leaf.
 */
export function treeEnsembleV5(operator: Operator, columns: readonly Column[], features: number): Scores {
  const { attributes, name, node: place } = operator;
  const lists = readLists(operator);
  const outputs = attributes.integer("n_targets", 1);
  const most = Math.max(2, lists.weights.length);
  if (outputs < 1 || outputs > most) refuse(attributes.place("n_targets"), `expected 1 to ${most} targets`);
  const aggregate = AGGREGATES[attributes.integer("aggregate_function", 1)] ?? "unknown";
  if (aggregate !== "SUM" && aggregate !== "AVERAGE") throw unreadAggregate(name, aggregate);

  const owned = new Uint8Array(lists.modes.length);
  const roots = attributes.numbers("tree_roots");
  if (roots.length === 0) refuse(place, "expected at least one tree");
  const trees = Array.from(roots, (root) => collectTree(operator, lists, root, owned, outputs));
  const width = trees.some((tree) => tree.output < 0) ? outputs : 1;
  const share = aggregate === "AVERAGE" ? trees.length : 1;
  const builder = new TreeBuilder(place.format, features, outputs, width);
  trees.forEach(({ nodes, output }, index) => {
    const node = (id: number): SourceNode => {
      const { source, left, right } = nodes[id]!;
      if (left >= 0) {
        return branch(operator, columns, {
          column: lists.features[source]!,
          value: lists.thresholds[source]!,
          mode: MODES[lists.modes[source]!] ?? refuse(place, `node ${source} has no mode from 0 to 6`),
          whenTrue: left,
          whenFalse: right,
          missingIsTrue: lists.tracks[source] === 1,
        });
      }
      const value = lists.weights[source]! / share;
      if (output >= 0) return { kind: "leaf", value };
      const vector = new Float64Array(outputs);
      vector[lists.targets[source]!] = value;
      return { kind: "leaf", value: vector };
    };
    builder.addTree({ path: `${place.path} tree ${index}`, nodeCount: nodes.length, output, node });
  });
  return {
    sums: { kind: "trees", build: builder.build() },
    base: new Float64Array(outputs),
    transform: postTransform(
      POST_TRANSFORMS[attributes.integer("post_transform", 0)] ?? "unknown",
      outputs,
      name,
    ),
    isClassifier: false,
    labels: undefined,
  };
}

function readLists({ attributes, node }: Operator) {
  const features = attributes.numbers("nodes_featureids");
  const splits = features.length;
  const thresholds = attributes.tensor("nodes_splits").values;
  const modes = attributes.tensor("nodes_modes").values;
  if (thresholds.length !== splits || modes.length !== splits)
    refuse(
      node,
      `expected ${splits} nodes_splits and nodes_modes, found ${thresholds.length} and ${modes.length}`,
    );
  const weights = attributes.tensor("leaf_weights").values;
  return {
    features,
    thresholds,
    modes,
    weights,
    targets: attributes.numbers("leaf_targetids", weights.length),
    tracks: attributes.numbers("nodes_missing_value_tracks_true"),
    trueIds: attributes.numbers("nodes_truenodeids", splits),
    trueLeafs: attributes.numbers("nodes_trueleafs", splits),
    falseIds: attributes.numbers("nodes_falsenodeids", splits),
    falseLeafs: attributes.numbers("nodes_falseleafs", splits),
  };
}

type Lists = ReturnType<typeof readLists>;

/** A node of one tree: where it stands in the lists of splits or of leaves, and its children in the tree (-1: a leaf). */
interface LocalNode {
  readonly source: number;
  left: number;
  right: number;
}

/**
 * The nodes of the tree below a root, and the one output its leaves add to (-1: several).
 * @param owned marks the splits that belong to a tree already; a leaf may serve many places
 */
function collectTree(
  { attributes, node: place }: Operator,
  lists: Lists,
  root: number,
  owned: Uint8Array,
  outputs: number,
): { nodes: LocalNode[]; output: number } {
  const nodes: LocalNode[] = [];
  let output: number | undefined;
  const addLeaf = (source: number): number => {
    const target = lists.targets[source]!;
    if (!(Number.isInteger(target) && target >= 0 && target < outputs))
      refuse(attributes.place("leaf_targetids"), `leaf ${source} is for target ${target}`);
    output = output === undefined || output === target ? target : -1;
    return nodes.push({ source, left: -1, right: -1 }) - 1;
  };
  const pending: LocalNode[] = [];
  const addSplit = (source: number): number => {
    if (owned[source] === 1) refuse(place, `node ${source} is reached twice, so the nodes are no trees`);
    owned[source] = 1;
    const split = { source, left: -1, right: -1 };
    pending.push(split);
    return nodes.push(split) - 1;
  };
  const checked = (id: number, count: number): number =>
    Number.isInteger(id) && id >= 0 && id < count
      ? id
      : refuse(place, `refers to node ${id}; expected 0 to ${count - 1}`);
  const child = (id: number, isLeaf: boolean): number =>
    isLeaf ? addLeaf(checked(id, lists.weights.length)) : addSplit(checked(id, lists.modes.length));

  const first = checked(root, lists.modes.length);
  const isOneLeaf =
    lists.trueLeafs[first] === 1 &&
    lists.falseLeafs[first] === 1 &&
    lists.trueIds[first] === lists.falseIds[first];
  child(isOneLeaf ? lists.trueIds[first]! : first, isOneLeaf);
  while (pending.length > 0) {
    const split = pending.pop()!;
    split.left = child(lists.trueIds[split.source]!, lists.trueLeafs[split.source] === 1);
    split.right = child(lists.falseIds[split.source]!, lists.falseLeafs[split.source] === 1);
  }
  return { nodes, output: output ?? 0 };
}
