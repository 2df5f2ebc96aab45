import { ModelFormatError } from "../../src/errors.js";
import { type SourceNode, TreeBuilder } from "../../src/formats/tree-builder.js";
import { CATEGORICAL, LEAF, MISSING_LEFT } from "../../src/model/tree-ensemble.js";

const leaf = (value: number | number[], cover?: number): SourceNode => ({ kind: "leaf", value, cover });
const split = (left: number, right: number, more: object = {}): SourceNode => ({
  kind: "split",
  feature: 0,
  threshold: 0.5,
  left,
  right,
  missingLeft: true,
  ...more,
});

const build = (nodes: SourceNode[], { output = 0, outputs = 1, width = 1 } = {}) => {
  const builder = new TreeBuilder("test", 2, outputs, width);
  builder.addTree({ path: "trees[0]", nodeCount: nodes.length, output, node: (id) => nodes[id]! });
  return builder.build();
};

describe("TreeBuilder", () => {
  it("lays a tree out in preorder, a split's left child after it", () => {
    const tree = build([split(2, 1), leaf(10), split(4, 3, { feature: 1 }), leaf(30), leaf(40)]);
    expect(Array.from(tree.treeStart)).toEqual([0, 5]);
    expect(Array.from(tree.feature)).toEqual([0, 1, LEAF, LEAF, LEAF]);
    expect(Array.from(tree.left)).toEqual([1, 2, -1, -1, -1]);
    expect(Array.from(tree.right)).toEqual([4, 3, -1, -1, -1]);
    expect(Array.from(tree.values)).toEqual([0, 0, 40, 30, 10]);
    expect(tree.flags[0]).toBe(MISSING_LEFT);
  });

  it("leaves out nodes that the root does not reach", () => {
    expect(build([split(1, 2), leaf(1), leaf(2), leaf(99)]).feature).toHaveLength(3);
  });

  it("keeps category sets as bits, split by split", () => {
    const set = (...words: number[]) => ({ threshold: undefined, categories: Uint32Array.from(words) });
    const tree = build([split(1, 2, set(5)), split(3, 4, set(1, 2)), leaf(0), leaf(1), leaf(2)]);
    expect(tree.flags[0]! & CATEGORICAL).toBe(CATEGORICAL);
    expect(Array.from(tree.categorySet)).toEqual([0, 1, -1, -1, -1]);
    expect(Array.from(tree.categoryStart)).toEqual([0, 1, 3]);
    expect(Array.from(tree.categoryWords)).toEqual([5, 1, 2]);
  });

  it("has covers only where every node tells its own", () => {
    expect(Array.from(build([split(1, 2, { cover: 3 }), leaf(0, 1), leaf(0, 2)]).cover!)).toEqual([3, 1, 2]);
    expect(build([split(1, 2, { cover: 3 }), leaf(0, 1), leaf(0)]).cover).toBeUndefined();
  });

  it("takes a vector a leaf where the model's leaves are vectors", () => {
    expect(Array.from(build([leaf([1, 2])], { output: -1, outputs: 2, width: 2 }).values)).toEqual([1, 2]);
  });

  it.each<[string, SourceNode[], string]>([
    ["a cycle", [split(1, 2), split(0, 2), leaf(0)], "trees[0] node 0: is reached twice"],
    ["a shared child", [split(1, 1), leaf(0)], "trees[0] node 1: is reached twice"],
    ["a child out of range", [split(1, 7), leaf(0)], "a child is node 7, the tree has nodes 0 to 1"],
    ["a child that is no number", [split(1, Number.NaN), leaf(0)], "a child is node NaN"],
    ["a feature the model lacks", [split(1, 2, { feature: 2 }), leaf(0), leaf(0)], "splits on feature 2"],
    ["a leaf of NaN", [leaf(Number.NaN)], "has the leaf value NaN"],
    ["a negative cover", [leaf(1, -1)], "has the cover -1"],
    ["a cover of NaN", [leaf(1, Number.NaN)], "has the cover NaN"],
    ["too many leaf values", [leaf([1, 2])], "has 2 values, expected 1"],
    ["no nodes", [], "a child is node 0, the tree has nodes 0 to -1"],
  ])("refuses %s with its place", (_case, nodes, message) => {
    expect(() => build(nodes)).toThrow(ModelFormatError);
    expect(() => build(nodes)).toThrow(message);
  });

  it("refuses a tree of an output that the model does not have", () => {
    expect(() => build([leaf(1)], { output: 3 })).toThrow("belongs to output 3, the model has 1");
  });

  it("refuses a chain too deep to explain, without overflowing the stack", () => {
    const depth = 100_000;
    const chain = Array.from({ length: depth }, (_, i) => split(2 * i + 2, 2 * i + 1)).flatMap((node) => [
      node,
      leaf(0),
    ]);
    expect(() => build([...chain, leaf(0)])).toThrow("lies deeper than 4096 splits");
  });
});
