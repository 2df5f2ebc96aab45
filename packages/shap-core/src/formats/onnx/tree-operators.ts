import { UnsupportedModelError } from "../../errors.js";
import { type SourceNode, TreeBuilder } from "../tree-builder.js";
import type { Operator } from "./attributes.js";
import type { Column } from "./columns.js";
import { refuse } from "./refuse.js";
import { postTransform, type Scores } from "./scores.js";
import { classifierOutputs } from "./tree-classifier.js";
import { type BranchMode, branch } from "./tree-split.js";

/** ai.onnx.ml.TreeEnsembleRegressor, versions 1 and 3. */
export function treeRegressor(operator: Operator, columns: readonly Column[], features: number): Scores {
  const { attributes, name } = operator;
  const outputs = outputLimit(operator, attributes.integer("n_targets", 1), "target");
  const aggregate = attributes.text("aggregate_function", "SUM");
  if (aggregate !== "SUM" && aggregate !== "AVERAGE") throw unreadAggregate(name, aggregate);
  const trees = groupTrees(operator, "target", outputs);
  const share = aggregate === "AVERAGE" ? trees.length : 1;
  const base = attributes.numbers("base_values");
  if (base.length !== 0 && base.length !== outputs)
    refuse(attributes.place("base_values"), `expected ${outputs} numbers`);
  return {
    sums: {
      kind: "trees",
      build: buildTrees(operator, trees, columns, features, outputs, (id, weight) => [[id, weight / share]]),
    },
    base: base.length === 0 ? new Float64Array(outputs) : base,
    transform: postTransform(attributes.text("post_transform", "NONE"), outputs, name),
    isClassifier: false,
    labels: undefined,
  };
}

/** ai.onnx.ml.TreeEnsembleClassifier, versions 1 and 3. */
export function treeClassifier(operator: Operator, columns: readonly Column[], features: number): Scores {
  const labels = classLabels(operator);
  const classes = outputLimit(operator, labels.length, "class");
  const trees = groupTrees(operator, "class", classes);
  const { outputs, base, transform, share } = classifierOutputs(operator, classes);
  return {
    sums: { kind: "trees", build: buildTrees(operator, trees, columns, features, outputs, share) },
    base,
    transform,
    isClassifier: true,
    labels,
  };
}

export function unreadAggregate(name: string, aggregate: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${name} with the aggregate_function ${aggregate} is not read`,
    "Aggregate by SUM or AVERAGE",
  );
}

/** An operator's class names, whether written as texts or as integers. */
export function classLabels(operator: Operator): string[] {
  const { attributes } = operator;
  for (const name of ["classlabels_strings", "classlabels_int64s", "classlabels_ints"]) {
    const labels = attributes.texts(name);
    if (labels.length > 0) return labels;
    const numbers = attributes.numbers(name);
    if (numbers.length > 0) return Array.from(numbers, String);
  }
  return [];
}

/** Outputs that a file may claim: not more than it has weights for, so that memory stays in proportion. */
function outputLimit(operator: Operator, outputs: number, kind: "target" | "class"): number {
  const most = Math.max(2, operator.attributes.numbers(`${kind}_ids`).length);
  if (outputs >= 1 && outputs <= most) return outputs;
  return refuse(
    operator.node,
    `expected 1 to ${most} ${kind === "class" ? "classes" : "targets"}, found ${outputs}`,
  );
}

/** One tree's nodes as positions in the node lists, and the leaf weights of each node id. */
interface OnnxTree {
  readonly positions: number[];
  readonly positionOf: Map<number, number>;
  readonly weights: Map<number, [output: number, weight: number][]>;
}

function groupTrees(operator: Operator, kind: "target" | "class", outputs: number): OnnxTree[] {
  const { attributes } = operator;
  const nodeIds = attributes.numbers("nodes_nodeids");
  const treeIds = attributes.numbers("nodes_treeids", nodeIds.length);
  const trees = new Map<number, OnnxTree>();
  for (let i = 0; i < nodeIds.length; i++) {
    let tree = trees.get(treeIds[i]!);
    if (tree === undefined) {
      tree = { positions: [], positionOf: new Map(), weights: new Map() };
      trees.set(treeIds[i]!, tree);
    }
    if (tree.positionOf.has(nodeIds[i]!))
      refuse(
        attributes.place("nodes_nodeids"),
        `tree ${treeIds[i]} has two nodes ${nodeIds[i]}; expected one`,
      );
    tree.positionOf.set(nodeIds[i]!, tree.positions.length);
    tree.positions.push(i);
  }
  if (trees.size === 0) refuse(operator.node, "expected at least one tree");
  const ids = attributes.numbers(`${kind}_ids`);
  const weights = attributes.numbers(`${kind}_weights`, ids.length);
  const weightNodes = attributes.numbers(`${kind}_nodeids`, ids.length);
  const weightTrees = attributes.numbers(`${kind}_treeids`, ids.length);
  for (let i = 0; i < ids.length; i++) {
    const tree = trees.get(weightTrees[i]!);
    const isOutput = Number.isInteger(ids[i]) && ids[i]! >= 0 && ids[i]! < outputs;
    if (!tree?.positionOf.has(weightNodes[i]!) || !isOutput)
      attributes
        .place(`${kind}_ids`)
        .fail(
          `weight ${i} is for output ${ids[i]} of tree ${weightTrees[i]}, node ${weightNodes[i]}; expected one there is`,
        );
    const list = tree!.weights.get(weightNodes[i]!) ?? [];
    list.push([ids[i]!, weights[i]!]);
    tree!.weights.set(weightNodes[i]!, list);
  }
  return [...trees.values()];
}

/** What one leaf weight adds, and to which outputs. */
export type WeightShare = (
  id: number,
  weight: number,
) => readonly (readonly [output: number, value: number])[];

function buildTrees(
  operator: Operator,
  trees: readonly OnnxTree[],
  columns: readonly Column[],
  features: number,
  outputs: number,
  share: WeightShare,
): ReturnType<TreeBuilder["build"]> {
  const { attributes, node: place } = operator;
  const nodeIds = attributes.numbers("nodes_nodeids");
  const count = nodeIds.length;
  const featureIds = attributes.numbers("nodes_featureids", count);
  const values = attributes.numbers("nodes_values", count);
  const trueIds = attributes.numbers("nodes_truenodeids", count);
  const falseIds = attributes.numbers("nodes_falsenodeids", count);
  const modes = attributes.texts("nodes_modes");
  if (modes.length !== count) refuse(attributes.place("nodes_modes"), `expected ${count} modes`);
  const tracks = attributes.numbers("nodes_missing_value_tracks_true");
  const covers = coversOf(operator, trees, trueIds, falseIds, modes);

  const leafValues = (tree: OnnxTree, id: number): Map<number, number> => {
    const sums = new Map<number, number>();
    for (const [target, weight] of tree.weights.get(id) ?? []) {
      for (const [output, value] of share(target, weight)) sums.set(output, (sums.get(output) ?? 0) + value);
    }
    return sums;
  };
  const outputOf = trees.map((tree) => singleOutput(tree, (id) => leafValues(tree, id)));
  const width = outputOf.some((output) => output < 0) ? outputs : 1;
  const builder = new TreeBuilder(place.format, features, outputs, width);
  trees.forEach((tree, index) => {
    const output = outputOf[index]!;
    const node = (local: number): SourceNode => {
      const i = tree.positions[local]!;
      const cover = covers?.[i];
      if (modes[i] === "LEAF") {
        const sums = leafValues(tree, nodeIds[i]!);
        if (output >= 0) return { kind: "leaf", value: sums.get(output) ?? 0, cover };
        const vector = new Float64Array(outputs);
        for (const [k, value] of sums) vector[k] = value;
        return { kind: "leaf", value: vector, cover };
      }
      const child = (id: number) =>
        tree.positionOf.get(id) ??
        refuse(place, `node ${nodeIds[i]} has the child ${id}; expected a node of its tree`);
      return {
        ...branch(operator, columns, {
          column: featureIds[i]!,
          value: values[i]!,
          mode: modes[i] as BranchMode,
          whenTrue: child(trueIds[i]!),
          whenFalse: child(falseIds[i]!),
          missingIsTrue: tracks[i] === 1,
        }),
        cover,
      };
    };
    builder.addTree({
      path: `${place.path} tree ${index}`,
      nodeCount: tree.positions.length,
      root: rootOf(operator, tree, trueIds, falseIds, modes),
      output,
      node,
    });
  });
  return builder.build();
}

/** The one output a tree's leaves add to; -1 where they add to several. */
function singleOutput(tree: OnnxTree, leafValues: (id: number) => Map<number, number>): number {
  let single: number | undefined;
  for (const id of tree.weights.keys()) {
    for (const output of leafValues(id).keys()) {
      if (single !== undefined && single !== output) return -1;
      single = output;
    }
  }
  return single ?? 0;
}

/** The node that is no node's child, of which every other is a descendant. */
function rootOf(
  operator: Operator,
  tree: OnnxTree,
  trueIds: Float64Array,
  falseIds: Float64Array,
  modes: readonly string[],
): number {
  const count = tree.positions.length;
  const isChild = new Uint8Array(count);
  const children = tree.positions.map((i) =>
    modes[i] === "LEAF" ? [] : [trueIds[i]!, falseIds[i]!].map((id) => tree.positionOf.get(id) ?? -1),
  );
  for (const child of children.flat()) if (child >= 0) isChild[child] = 1;
  const root = isChild.indexOf(0);
  const seen = new Uint8Array(count);
  let reached = 0;
  const pending = [root];
  while (pending.length > 0) {
    const local = pending.pop()!;
    if (local < 0 || seen[local] === 1) continue;
    seen[local] = 1;
    reached++;
    pending.push(...children[local]!);
  }
  return reached === count
    ? root
    : refuse(operator.node, "has a tree whose nodes do not hang together; expected one root");
}

/**
 * Covers from nodes_hitrates, where these are weights of training rows: a split's is the sum of its children's.
 * skl2onnx writes 1.0 for every node, which tells nothing.
 */
function coversOf(
  operator: Operator,
  trees: readonly OnnxTree[],
  trueIds: Float64Array,
  falseIds: Float64Array,
  modes: readonly string[],
): Float64Array | undefined {
  const rates = operator.attributes.numbers("nodes_hitrates");
  if (rates.length !== trueIds.length || rates.every((rate) => rate === rates[0])) return undefined;
  const addsUp = trees.every((tree) =>
    tree.positions.every((i) => {
      if (modes[i] === "LEAF") return rates[i]! >= 0;
      const childRate = (id: number) =>
        rates[tree.positions[tree.positionOf.get(id) ?? -1] ?? -1] ?? Number.NaN;
      const sum = childRate(trueIds[i]!) + childRate(falseIds[i]!);
      return Math.abs(sum - rates[i]!) <= 1e-4 * Math.abs(rates[i]!);
    }),
  );
  return addsUp ? rates : undefined;
}
