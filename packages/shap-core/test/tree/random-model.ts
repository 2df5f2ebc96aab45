import * as fc from "fast-check";
import { type SourceNode, TreeBuilder } from "../../src/formats/tree-builder.js";
import type { Matrix } from "../../src/model/matrix.js";
import { identity, type OutputTransform } from "../../src/model/output-transform.js";
import { TreeEnsemble } from "../../src/model/tree-ensemble.js";

export interface RandomModelOptions {
  features?: number;
  trees?: number;
  depth?: number;
  outputs?: number;
  /** Leaves hold one value an output. */
  vectorLeaves?: boolean;
  covers?: boolean;
  transform?: OutputTransform;
  objective?: string;
  /** Chance that a node above the depth limit is a leaf. */
  leafChance?: number;
  /** Only numeric splits with a missing direction. */
  plain?: boolean;
}

/** A small generator with a seed (mulberry32): random numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A random forest with repeated features, missing values, categories and empty branches. */
export function randomModel(random: () => number, options: RandomModelOptions = {}): TreeEnsemble {
  const { features = 5, trees = 3, depth = 4, outputs = 1, vectorLeaves = false, covers = true } = options;
  const { transform = identity, leafChance = 0.15, plain = false } = options;
  const width = vectorLeaves ? outputs : 1;
  const builder = new TreeBuilder("random", features, outputs, width);
  for (let tree = 0; tree < trees; tree++) {
    const nodes: SourceNode[] = [];
    const grow = (level: number, cover: number): number => {
      const id = nodes.length;
      const weight = covers ? { cover } : {};
      if (level >= depth || random() < leafChance) {
        const value = width === 1 ? random() * 4 - 2 : Array.from({ length: width }, () => random() * 4 - 2);
        nodes.push({ kind: "leaf", value, ...weight });
        return id;
      }
      nodes.push({ kind: "leaf", value: 0 });
      const share = random() < 0.1 ? Math.round(random()) : random();
      const test = plain ? 1 : random();
      const split = {
        kind: "split" as const,
        feature: Math.floor(random() * features),
        missingLeft: random() < 0.5,
        zeroIsMissing: !plain && random() < 0.2,
        ...(test < 0.25
          ? { categories: Uint32Array.of(Math.floor(random() * 64), Math.floor(random() * 4)) }
          : { threshold: Math.round(random() * 8) / 2 - 2 }),
        ...weight,
      };
      // Sums of children differ from their parent's cover, as in XGBoost's float32.
      const left = grow(level + 1, cover * share * (1 + 1e-3 * random()));
      const right = grow(level + 1, cover * (1 - share));
      nodes[id] = { ...split, left, right };
      return id;
    };
    grow(0, 100);
    const output = vectorLeaves ? -1 : tree % outputs;
    builder.addTree({ path: `tree ${tree}`, nodeCount: nodes.length, output, node: (id) => nodes[id]! });
  }
  return new TreeEnsemble({
    ...builder.build(),
    featureNames: Array.from({ length: features }, (_, j) => `f${j}`),
    outputNames: Array.from({ length: outputs }, (_, k) => `output ${k}`),
    baseValues: Float64Array.from({ length: outputs }, () => random()),
    transform,
    source: {
      format: "random",
      ...(options.objective === undefined ? {} : { objective: options.objective }),
    },
  });
}

/** Rows of thresholds, values between them, categories, zeros and missing values. */
export function randomRows(random: () => number, rows: number, columns: number): Matrix {
  const data = Float64Array.from({ length: rows * columns }, () => {
    const kind = random();
    if (kind < 0.12) return Number.NaN;
    if (kind < 0.2) return 0;
    if (kind < 0.5) return Math.floor(random() * 36);
    return Math.round(random() * 16) / 4 - 2;
  });
  return { data, rows, columns };
}

export const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** The largest difference of two arrays, relative to the largest number in either (at least 1). */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values, expected ${expected.length}`);
  let difference = 0;
  let scale = 1;
  for (let i = 0; i < actual.length; i++) {
    if (!Number.isFinite(actual[i])) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return difference / scale;
}
