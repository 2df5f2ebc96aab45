import * as fc from "fast-check";
import { type SourceNode, TreeBuilder } from "../../src/formats/tree-builder.js";
import { LeafWalk } from "../../src/model/leaf-walk.js";
import { identity } from "../../src/model/output-transform.js";
import type { TreeEnsemble, TreeEnsembleData } from "../../src/model/tree-ensemble.js";
import { randomModel, randomRows, seeded, seeds } from "../tree/random-model.js";

const leavesOneByOne = (model: TreeEnsemble, tree: number, rows: ReturnType<typeof randomRows>): Int32Array =>
  Int32Array.from({ length: rows.rows }, (_, r) => model.leafOf(tree, rows.data, r * rows.columns));

describe("LeafWalk", () => {
  it("finds the leaves that a walk row by row finds, for any number of rows", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 11 }), (seed, count) => {
        const random = seeded(seed);
        const model = randomModel(random, { trees: 3, depth: 6, plain: true });
        const walk = new LeafWalk(model.data);
        const rows = randomRows(random, count, 5);
        for (let tree = 0; tree < model.treeCount; tree++) {
          expect(walk.knows(tree)).toBe(true);
          const found = new Int32Array(count);
          walk.leaves(tree, rows, found);
          expect(found).toEqual(leavesOneByOne(model, tree, rows));
        }
      }),
    );
  });

  it("leaves trees that ask for categories or take zero for missing to its caller, and no others", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = randomModel(seeded(seed), { trees: 4, depth: 3 });
        const walk = new LeafWalk(model.data);
        const { treeStart, flags } = model.data;
        for (let tree = 0; tree < model.treeCount; tree++) {
          const special = flags.subarray(treeStart[tree], treeStart[tree + 1]).some((flag) => flag > 1);
          expect(walk.knows(tree)).toBe(!special);
        }
      }),
    );
  });

  it.each([
    [64, true],
    [65, false],
  ])("leaves trees to its caller that are too deep: one of depth %i it knows: %s", (depth, known) => {
    expect(new LeafWalk(chain(depth)).knows(0)).toBe(known);
  });
});

/** One tree in which every right child is a leaf. */
function chain(depth: number): TreeEnsembleData {
  const nodes: SourceNode[] = [];
  for (let level = 0; level < depth; level++) {
    const [left, right] = [level === depth - 1 ? depth : level + 1, depth + 1 + level];
    nodes[level] = { kind: "split", feature: 0, threshold: level, left, right, missingLeft: false };
    nodes[right] = { kind: "leaf", value: level };
  }
  nodes[depth] = { kind: "leaf", value: depth };
  const builder = new TreeBuilder("chain", 1, 1, 1);
  builder.addTree({ path: "tree", nodeCount: nodes.length, output: 0, node: (id) => nodes[id]! });
  return {
    ...builder.build(),
    featureNames: ["x"],
    outputNames: ["y"],
    baseValues: Float64Array.of(0),
    transform: identity,
    source: { format: "chain" },
  };
}
