import type { DocumentNode } from "../document.js";
import { MAX_OUTPUTS } from "../limits.js";

/** Where each tree's leaf values go: Treelite's targets and classes as one row of outputs, target by target. */
export interface OutputLayout {
  readonly outputs: number;
  readonly targets: number;
  readonly mostClasses: number;
  /** Whether a leaf holds more than one value. */
  readonly isVector: boolean;
  /** The output of a class of a target; undefined where the target has fewer classes. */
  indexOf(target: number, classIndex: number): number | undefined;
  /** The output that element `i` of a tree's leaves adds to. */
  outputOf(tree: number, i: number): number;
  /** A leaf's value as it adds to the outputs, averaged over the trees of an output where the model averages. */
  leafValue(tree: number, leaf: DocumentNode): number | Float64Array;
}

export function outputLayout(document: DocumentNode, treeCount: number): OutputLayout {
  const classes = classCounts(document);
  const firstOf = Int32Array.from(classes);
  let outputs = 0;
  classes.forEach((count, target) => {
    firstOf[target] = outputs;
    outputs += count;
  });
  const [leafTargets, leafClasses] = leafShape(document);
  const targetOf = document.get("target_id").numbers(treeCount);
  const classOf = document.get("class_id").numbers(treeCount);
  const leafLength = leafTargets * leafClasses;

  const indexOf = (target: number, classIndex: number) =>
    classIndex < (classes[target] ?? 0) ? firstOf[target]! + classIndex : undefined;
  const slotOf = (tree: number, i: number) => {
    const target = leafTargets === 1 && targetOf[tree]! >= 0 ? targetOf[tree]! : Math.floor(i / leafClasses);
    const classIndex = leafClasses === 1 && classOf[tree]! >= 0 ? classOf[tree]! : i % leafClasses;
    return indexOf(target, classIndex);
  };
  const outputOf = (tree: number, i: number) =>
    slotOf(tree, i) ?? document.get("class_id").at(tree).fail("expected a class of one of the targets");

  const treesOf = new Int32Array(outputs).fill(1);
  if (document.get("average_tree_output").value === true) {
    treesOf.fill(0);
    for (let tree = 0; tree < treeCount; tree++) {
      for (let i = 0; i < leafLength; i++) {
        const output = slotOf(tree, i);
        if (output !== undefined) treesOf[output]!++;
      }
    }
  }

  const leafValue = (tree: number, leaf: DocumentNode): number | Float64Array => {
    if (leafLength === 1) {
      const value = leaf.isList() ? leaf.numbers(1)[0]! : leaf.number();
      return value / treesOf[outputOf(tree, 0)]!;
    }
    const given = leaf.numbers(leafLength);
    const values = new Float64Array(outputs);
    for (let i = 0; i < leafLength; i++) {
      const output = slotOf(tree, i);
      // A target with fewer classes than the widest has padding here.
      if (output !== undefined) values[output]! += given[i]! / treesOf[output]!;
    }
    return values;
  };
  return {
    outputs,
    targets: classes.length,
    mostClasses: Math.max(...classes),
    isVector: leafLength > 1,
    indexOf,
    outputOf,
    leafValue,
  };
}

function classCounts(document: DocumentNode): number[] {
  const targets = document.get("num_target").integer(1, MAX_OUTPUTS);
  const node = document.get("num_class");
  if (node.length !== targets) node.fail(`expected ${targets} numbers`);
  const counts = node.items().map((count) => count.integer(1, MAX_OUTPUTS));
  if (counts.reduce((a, b) => a + b, 0) > MAX_OUTPUTS) node.fail(`expected at most ${MAX_OUTPUTS} outputs`);
  return counts;
}

function leafShape(document: DocumentNode): [number, number] {
  const node = document.get("leaf_vector_shape");
  if (node.length !== 2) node.fail("expected two numbers");
  const targets = node.at(0).integer(1, MAX_OUTPUTS);
  const classes = node.at(1).integer(1, MAX_OUTPUTS);
  if (targets * classes > MAX_OUTPUTS) node.fail(`expected at most ${MAX_OUTPUTS} values a leaf`);
  return [targets, classes];
}
