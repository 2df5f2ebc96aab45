import { DocumentNode } from "../../src/formats/document.js";
import { listNodes } from "../../src/formats/nested-tree.js";

interface Nested {
  children?: Nested[];
}

const list = (root: Nested) =>
  listNodes(new DocumentNode(root, "test", "tree"), (node) => {
    const children = node.optional("children");
    return children === undefined ? undefined : [children.at(0), children.at(1)];
  });

describe("listNodes", () => {
  it("lists a nested tree's nodes in preorder", () => {
    const tree = list({ children: [{}, { children: [{}, {}] }] });
    expect(tree.nodes.map(({ path }) => path)).toEqual([
      "tree",
      "tree.children[0]",
      "tree.children[1]",
      "tree.children[1].children[0]",
      "tree.children[1].children[1]",
    ]);
    expect(tree.left).toEqual([1, -1, 3, -1, -1]);
    expect(tree.right).toEqual([2, -1, 4, -1, -1]);
  });

  it("refuses an object that contains itself or stands in two places", () => {
    const cycle: Nested = {};
    cycle.children = [cycle, {}];
    expect(() => list(cycle)).toThrow("tree.children[0]: is reached twice");
    const shared: Nested = {};
    expect(() => list({ children: [shared, shared] })).toThrow("tree.children[1]: is reached twice");
  });

  it("refuses a tree that is too deep before the stack runs out", () => {
    let root: Nested = {};
    for (let depth = 0; depth < 100_000; depth++) root = { children: [root, {}] };
    expect(() => list(root)).toThrow(/lies deeper than 4096 splits/);
  });
});
