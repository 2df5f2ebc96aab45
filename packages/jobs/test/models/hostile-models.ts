import { readFileSync } from "node:fs";

const fixtures = new URL("../../../shap-core/fixtures/", import.meta.url);

/** A real model file of the fixtures. */
export const fixture = (path: string): Buffer<ArrayBuffer> => readFileSync(new URL(path, fixtures));

/** JSON of few bytes whose parsed form is many: each `[],` becomes an object. */
export const memoryHog = (): Buffer<ArrayBuffer> =>
  Buffer.from(`{"learner":[${"[],".repeat(12_000_000)}[]]}`);

const FEATURES = 60;

/**
 * A hundred trees that are chains over all features: sound, quick to load, and each of its many background rows is
 * compared with every one of them.
 */
export function timeHog(rows: number): { file: Buffer<ArrayBuffer>; background: Buffer<ArrayBuffer> } {
  const names = Array.from({ length: FEATURES }, (_, i) => `f${i}`);
  const trees = Array.from({ length: 100 }, (_, i) => chain(i));
  const model = JSON.parse(fixture("xgboost/tiny/model.json").toString());
  const { learner } = model;
  Object.assign(learner, { feature_names: names, feature_types: names.map(() => "float") });
  learner.learner_model_param.num_feature = String(FEATURES);
  Object.assign(learner.gradient_booster.model, {
    trees,
    tree_info: trees.map(() => 0),
    iteration_indptr: Array.from({ length: trees.length + 1 }, (_, i) => i),
    weight_drop: trees.map(() => 1),
    cats: { enc: [], feature_segments: [], sorted_idx: [] },
    gbtree_model_param: { num_parallel_tree: "1", num_trees: String(trees.length) },
  });
  const lines = Array.from({ length: rows }, (_, r) => names.map((_, c) => (r * 31 + c * 17) % 97).join(","));
  return {
    file: Buffer.from(JSON.stringify(model)),
    background: Buffer.from([names.join(","), ...lines].join("\n")),
  };
}

/** A tree whose right children split on, feature by feature. */
function chain(id: number) {
  const nodes = 2 * FEATURES + 1;
  const all = <T>(value: (node: number) => T): T[] => Array.from({ length: nodes }, (_, node) => value(node));
  const splits = (node: number) => node % 2 === 0 && node < nodes - 1;
  return {
    id,
    base_weights: all(() => 0),
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: all(() => 0),
    left_children: all((node) => (splits(node) ? node + 1 : -1)),
    right_children: all((node) => (splits(node) ? node + 2 : -1)),
    parents: all((node) => (node === 0 ? 2147483647 : node % 2 === 0 ? node - 2 : node - 1)),
    loss_changes: all(() => 0),
    split_conditions: all((node) => node / 2 + id / 1000),
    split_indices: all((node) => (splits(node) ? (node * 3 + id) % FEATURES : 0)),
    split_type: all(() => 0),
    sum_hessian: all((node) => (node % 2 === 0 ? nodes - node : 1)),
    tree_param: {
      num_deleted: "0",
      num_feature: String(FEATURES),
      num_nodes: String(nodes),
      size_leaf_vector: "1",
    },
  };
}
