import { TreeEnsemble } from "../../model/tree-ensemble.js";
import type { DocumentNode } from "../document.js";
import { featureNamesOf, outputNamesOf } from "../feature-names.js";
import type { Format, ReadOptions } from "../format.js";
import { MAX_FEATURES } from "../limits.js";
import { TreeBuilder } from "../tree-builder.js";
import { type OutputLayout, outputLayout } from "./output-layout.js";
import { treelitePostprocessor } from "./postprocessor.js";
import { treeliteTree } from "./tree.js";

/**
 * Treelite 4's `model.dump_as_json()`, whatever library the model came from. The file names no features: give
 * `featureNames`, or know them as f0, f1, ...
 *
 * Covers are the nodes' sum_hess (scikit-learn's weighted_n_node_samples), or where a node has none, data_count.
 * Rows are compared in the model's `threshold_type`, as Treelite does: for a scikit-learn model in float64, where
 * scikit-learn itself rounds rows to float32 first.
 */
export const treeliteJson = {
  name: "treelite-json",
  title: "Treelite JSON",
  recognises: (content) => content.hasMembers("threshold_type", "task_type", "trees"),
  read: (content, options) => readTreelite(content.document("treelite-json"), options),
} as const satisfies Format;

function readTreelite(document: DocumentNode, options: ReadOptions): TreeEnsemble {
  const features = document.get("num_feature").integer(1, MAX_FEATURES);
  const trees = document.get("trees").items();
  if (trees.length === 0) document.get("trees").fail("expected at least one tree");
  const layout = outputLayout(document, trees.length);
  const { outputs, isVector } = layout;
  const roundsInput = isFloat32(document.get("threshold_type"));
  const builder = new TreeBuilder(document.format, features, outputs, isVector ? outputs : 1);
  trees.forEach((tree, index) => {
    const source = treeliteTree(tree, roundsInput, (leaf) => layout.leafValue(index, leaf));
    builder.addTree({ ...source, output: isVector ? -1 : layout.outputOf(index, 0) });
  });
  return new TreeEnsemble({
    ...builder.build(),
    featureNames: featureNamesOf(undefined, features, options),
    outputNames: outputNamesOf(undefined, outputs),
    baseValues: baseValues(document.get("base_scores"), layout),
    transform: treelitePostprocessor(document, layout),
    source: { format: document.format, objective: document.get("task_type").text() },
  });
}

function isFloat32(type: DocumentNode): boolean {
  if (type.value === "float32") return true;
  return type.value === "float64" ? false : type.fail("expected float32 or float64");
}

/** base_scores are targets × the largest number of classes. */
function baseValues(node: DocumentNode, layout: OutputLayout): Float64Array {
  const scores = node.numbers(layout.targets * layout.mostClasses);
  const base = new Float64Array(layout.outputs);
  for (let i = 0; i < scores.length; i++) {
    const output = layout.indexOf(Math.floor(i / layout.mostClasses), i % layout.mostClasses);
    if (!Number.isFinite(scores[i])) node.at(i).fail("expected a finite number");
    if (output !== undefined) base[output] = scores[i]!;
  }
  return base;
}
