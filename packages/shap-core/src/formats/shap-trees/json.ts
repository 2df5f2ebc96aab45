import { logistic, type OutputTransform } from "../../model/output-transform.js";
import { TreeEnsemble } from "../../model/tree-ensemble.js";
import type { DocumentNode } from "../document.js";
import { featureNamesOf, outputNamesOf } from "../feature-names.js";
import type { Format, ReadOptions } from "../format.js";
import { linkTransform } from "../link.js";
import { TreeBuilder } from "../tree-builder.js";
import { type ShapTree, shapTree } from "./tree.js";

/**
 * The dictionary of trees that Python shap's TreeExplainer accepts in place of a model, as JSON: `trees` (each with
 * children_left, children_right, children_default, features, thresholds, values, node_sample_weight), `base_offset`,
 * `tree_output`, `objective` and `input_dtype`.
 *
 * Read beyond shap's own, as examples/export-sklearn.py writes: `feature_names`, `output_names`, `link` and `link_scale`, the output
 * each tree adds to (`tree_outputs`, for one tree a class), the codes of a categorical split that go to
 * children_left (a tree's `categories`) and the names of the codes (`category_names`, null where a feature has none).
 */
export const shapTreesJson = {
  name: "shap-trees-json",
  title: "tree dictionary of Python shap as JSON",
  recognises: (content) => {
    if (!content.hasMembers("trees")) return false;
    const first = (content.json as { trees: unknown }).trees;
    return Array.isArray(first) && isObject(first[0]) && Object.hasOwn(first[0], "children_left");
  },
  read: (content, options) => readShapTrees(content.document("shap-trees-json"), options),
} as const satisfies Format;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function readShapTrees(document: DocumentNode, options: ReadOptions): TreeEnsemble {
  const roundsInput = inputIsFloat32(document.optional("input_dtype"));
  const trees = document
    .get("trees")
    .items()
    .map((tree) => shapTree(tree, roundsInput));
  if (trees.length === 0) document.get("trees").fail("expected at least one tree");
  const treeOutputs = document.optional("tree_outputs");
  const outputs = countOutputs(document, trees, treeOutputs);
  const features = countFeatures(document, trees, options);

  const width = treeOutputs === undefined && outputs > 1 ? outputs : 1;
  const builder = new TreeBuilder(document.format, features, outputs, width);
  const outputOf = treeOutputs?.numbers(trees.length);
  trees.forEach((tree, index) => {
    if (tree.outputs !== width) tree.values.fail(`expected ${width} values a node`);
    builder.addTree({ ...tree.source, output: outputOf?.[index] ?? (width > 1 ? -1 : 0) });
  });
  return new TreeEnsemble({
    ...builder.build(),
    featureNames: featureNamesOf(document.optional("feature_names"), features, options),
    outputNames: outputNamesOf(document.optional("output_names"), outputs),
    categories: categoryNames(document.optional("category_names"), features),
    baseValues: baseValues(document.optional("base_offset"), outputs),
    transform: transformOf(document, outputs),
    source: { format: document.format, objective: document.optional("objective")?.text() },
  });
}

/** shap casts rows to `input_dtype` before it compares; scikit-learn's trees want float32. */
function inputIsFloat32(node: DocumentNode | undefined): boolean {
  const dtype = node?.text() ?? "float64";
  if (dtype === "float32") return true;
  return dtype === "float64" ? false : node!.fail("expected float32 or float64");
}

function countOutputs(
  document: DocumentNode,
  trees: readonly ShapTree[],
  treeOutputs: DocumentNode | undefined,
): number {
  if (treeOutputs === undefined) return trees[0]!.outputs;
  const outputOf = treeOutputs.numbers(trees.length);
  let outputs = document.optional("output_names")?.length ?? 1;
  for (let t = 0; t < outputOf.length; t++) {
    outputs = Math.max(outputs, treeOutputs.at(t).integer(0, trees.length - 1) + 1);
  }
  return outputs;
}

/** The file's names tell how many features there are, else the caller's; else the last one a split asks for. */
function countFeatures(document: DocumentNode, trees: readonly ShapTree[], options: ReadOptions): number {
  const named = document.optional("feature_names")?.length ?? options.featureNames?.length;
  return named ?? trees.reduce((most, tree) => Math.max(most, tree.largestFeature + 1), 1);
}

function baseValues(node: DocumentNode | undefined, outputs: number): Float64Array {
  if (node === undefined) return new Float64Array(outputs);
  const given = node.isList() ? node.items().map((item) => item.number()) : [node.number()];
  if (given.length !== 1 && given.length !== outputs) node.fail(`expected 1 or ${outputs} numbers`);
  return Float64Array.from({ length: outputs }, (_, k) => given[k] ?? given[0]!);
}

function transformOf(document: DocumentNode, outputs: number): OutputTransform {
  const link = document.optional("link");
  if (link?.value === "isolation") {
    const depth = document.get("expected_depth");
    return {
      kind: "isolation",
      expectedDepth: depth.number() > 0 ? depth.number() : depth.fail("expected a positive number"),
    };
  }
  if (link !== undefined) {
    const transform = linkTransform(link, document.optional("link_scale"));
    return transform.kind === "softmax" && outputs === 1
      ? link.fail("expected several outputs for softmax")
      : transform;
  }
  return document.optional("tree_output")?.value === "log_odds" ? logistic : linkTransform(undefined);
}

function categoryNames(
  node: DocumentNode | undefined,
  features: number,
): (readonly string[] | undefined)[] | undefined {
  if (node === undefined) return undefined;
  if (node.length !== features) node.fail(`expected ${features} entries`);
  return node.items().map((names) => (names.value === null ? undefined : names.texts()));
}
