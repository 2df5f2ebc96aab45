/** What a synthetic model is like. Its rows are standard normal numbers, some missing. */
export interface SyntheticModel {
  depth: number;
  trees: number;
  features: number;
  /** Weight at the root; a node lighter than 2 is no longer split, as in a model trained on that many rows. */
  trainingRows: number;
}

/**
 * A model as XGBoost's JSON document, grown by chance from a seed, so that the benchmark needs no Python: each split
 * takes a random feature and a random threshold, and its cover is shared accordingly.
 */
export function syntheticModel({ depth, trees, features, trainingRows }: SyntheticModel, seed = 1): object {
  const random = generator(seed);
  return {
    version: [3, 4, 0],
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: {
        name: "gbtree",
        model: {
          gbtree_model_param: { num_trees: `${trees}`, num_parallel_tree: "1" },
          iteration_indptr: Array.from({ length: trees + 1 }, (_, index) => index),
          tree_info: new Array(trees).fill(0),
          trees: Array.from({ length: trees }, (_, id) =>
            growTree(id, depth, features, trainingRows, random),
          ),
        },
      },
      learner_model_param: {
        base_score: "[5E-1]",
        num_class: "0",
        num_feature: `${features}`,
        num_target: "1",
      },
      objective: { name: "binary:logistic", reg_loss_param: { scale_pos_weight: "1" } },
    },
  };
}

function growTree(
  id: number,
  depth: number,
  features: number,
  trainingRows: number,
  random: () => number,
): object {
  const left: number[] = [];
  const right: number[] = [];
  const feature: number[] = [];
  const condition: number[] = [];
  const defaultLeft: number[] = [];
  const cover: number[] = [];
  const add = (level: number, weight: number): number => {
    const node = left.length;
    const isLeaf = level === depth || weight < 2;
    const share = 0.15 + 0.7 * random();
    left.push(-1);
    right.push(-1);
    feature.push(isLeaf ? 0 : Math.floor(random() * features));
    condition.push(isLeaf ? 0.1 * (random() - 0.5) : normalQuantile(share));
    defaultLeft.push(random() < 0.5 ? 1 : 0);
    cover.push(weight);
    if (!isLeaf) {
      left[node] = add(level + 1, weight * share);
      right[node] = add(level + 1, weight * (1 - share));
    }
    return node;
  };
  add(0, trainingRows);
  const nodes = left.length;
  return {
    id,
    tree_param: {
      num_nodes: `${nodes}`,
      num_feature: `${features}`,
      size_leaf_vector: "1",
      num_deleted: "0",
    },
    left_children: left,
    right_children: right,
    parents: new Array(nodes).fill(0),
    split_indices: feature,
    split_conditions: condition,
    default_left: defaultLeft,
    sum_hessian: cover,
    base_weights: new Array(nodes).fill(0),
    loss_changes: new Array(nodes).fill(0),
    split_type: new Array(nodes).fill(0),
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
  };
}

/** Standard normal rows, 5 % of the cells missing; row-major. */
export function syntheticRows(rows: number, columns: number, seed = 2): Float64Array {
  const random = generator(seed);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < data.length; i++) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    data[i] = random() < 0.05 ? Number.NaN : normal;
  }
  return data;
}

/** Mulberry32: a seeded generator of numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Roughly the standard normal number below which the share lies (Tukey's lambda): chance needs no more. */
function normalQuantile(share: number): number {
  return (share ** 0.135 - (1 - share) ** 0.135) / 0.1975;
}
