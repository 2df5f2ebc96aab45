import { type SourceNode, TreeBuilder } from "../../src/formats/tree-builder.js";
import { identity, logistic, type OutputTransform } from "../../src/model/output-transform.js";
import { TreeEnsemble } from "../../src/model/tree-ensemble.js";

const leaf = (value: number | number[]): SourceNode => ({ kind: "leaf", value });

/** A one-split tree on feature 0: 1 to the left, 2 to the right. */
const stump = (split: object): SourceNode[] => [
  { kind: "split", feature: 0, left: 1, right: 2, missingLeft: false, ...split } as SourceNode,
  leaf(1),
  leaf(2),
];

interface TreeOf {
  nodes: SourceNode[];
  output?: number;
}

const ensemble = (
  trees: TreeOf[],
  outputs = 1,
  width = 1,
  transform: OutputTransform = identity,
): TreeEnsemble => {
  const builder = new TreeBuilder("test", 1, outputs, width);
  for (const { nodes, output = 0 } of trees) {
    builder.addTree({ path: "tree", nodeCount: nodes.length, output, node: (id) => nodes[id]! });
  }
  return new TreeEnsemble({
    ...builder.build(),
    featureNames: ["x"],
    outputNames: Array.from({ length: outputs }, (_, k) => `output ${k}`),
    baseValues: Float64Array.from({ length: outputs }, (_, k) => 100 * k),
    transform,
    source: { format: "test" },
  });
};

const predictions = (model: TreeEnsemble, xs: (number | null)[]): number[] =>
  Array.from(model.predict(xs.map((x) => [x])).values);

describe("TreeEnsemble.predict", () => {
  it("sends a value at the threshold to the left, and one above it to the right", () => {
    expect(predictions(ensemble([{ nodes: stump({ threshold: 0.5 }) }]), [0.5, 0.5 + 2 ** -53])).toEqual([
      1, 2,
    ]);
  });

  it("sends a missing value where the split says", () => {
    expect(predictions(ensemble([{ nodes: stump({ threshold: 0.5 }) }]), [null])).toEqual([2]);
    expect(predictions(ensemble([{ nodes: stump({ threshold: 0.5, missingLeft: true }) }]), [null])).toEqual([
      1,
    ]);
  });

  it("takes zero as missing where the split says so", () => {
    const model = ensemble([{ nodes: stump({ threshold: 0.5, zeroIsMissing: true }) }]);
    expect(predictions(model, [0, -0, 1e-36, -1e-36, 1e-34, null])).toEqual([2, 2, 2, 2, 1, 2]);
  });

  it("sends every present value to the right of a threshold that is no number", () => {
    const model = ensemble([{ nodes: stump({ threshold: Number.NaN, missingLeft: true }) }]);
    expect(predictions(model, [-1e300, 0, 1e300, null])).toEqual([2, 2, 2, 1]);
  });

  it("sends the members of a category set to the left: the whole part counts, negative and unknown codes are in no set", () => {
    const model = ensemble([{ nodes: stump({ categories: Uint32Array.of(0b101, 1 << 31) }) }]);
    expect(predictions(model, [0, 1, 2, 2.9, 63, 64, -1, -0.5, 2 ** 32, 1e300, null])).toEqual([
      1, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2,
    ]);
  });

  it("adds each tree to its output, and leaves of vectors to all", () => {
    const scalar = { nodes: [leaf(5)], output: 1 };
    expect(predictions(ensemble([scalar, scalar], 2), [0])).toEqual([0, 110]);
    expect(predictions(ensemble([{ nodes: [leaf([1, 2])], output: -1 }], 2, 2), [0])).toEqual([1, 102]);
  });

  it("gives the base values where there is no tree", () => {
    expect(predictions(ensemble([], 2), [0, 0])).toEqual([0, 100, 0, 100]);
  });

  it("gives probabilities where they are asked for", () => {
    const model = ensemble([{ nodes: [leaf(Math.log(3))] }], 1, 1, logistic);
    expect(model.predict([[0]], { output: "probability" }).values[0]).toBeCloseTo(0.75, 15);
  });
});
