import { ShapeError } from "../errors.js";
import type { Matrix } from "../model/matrix.js";
import type { Random } from "./random.js";

/**
 * A binary tree over n features as scipy's linkage matrix: n − 1 merges of [left, right, distance, size]. Cluster
 * i < n is feature i, cluster n + m is what merge m made. The last merge holds all features.
 */
export type Hierarchy = readonly (readonly [left: number, right: number, distance: number, size: number])[];

export type Linkage = "single" | "complete" | "average";

/**
 * @throws ShapeError where the merges do not join `features` features into one tree
 */
export function checkHierarchy(hierarchy: Hierarchy, features: number): void {
  const fail = (merge: number, why: string): never => {
    throw new ShapeError(
      `clustering, merge ${merge}: ${why}; a clustering of ${features} features has ` +
        `${features - 1} merges of [left, right, distance, size], as scipy's linkage`,
    );
  };
  if (hierarchy.length !== Math.max(0, features - 1)) fail(hierarchy.length, "wrong number of merges");
  const used = new Set<number>();
  hierarchy.forEach(([left, right, , size], m) => {
    for (const child of [left, right]) {
      if (!Number.isInteger(child) || child < 0 || child >= features + m) fail(m, `no cluster ${child}`);
      if (used.has(child)) fail(m, `cluster ${child} was merged before`);
      used.add(child);
    }
    const total = sizeOf(hierarchy, features, left) + sizeOf(hierarchy, features, right);
    if (size !== total) fail(m, `its size is ${total}, not ${size}`);
  });
}

/** Features in a cluster. */
export function sizeOf(hierarchy: Hierarchy, features: number, cluster: number): number {
  return cluster < features ? 1 : hierarchy[cluster - features]![3];
}

/** The features of a cluster, from left to right. */
export function membersOf(hierarchy: Hierarchy, features: number, cluster: number): number[] {
  const members: number[] = [];
  const open = [cluster];
  while (open.length > 0) {
    const next = open.pop()!;
    if (next < features) members.push(next);
    else open.push(hierarchy[next - features]![1], hierarchy[next - features]![0]);
  }
  return members;
}

/** All features in the order the tree shows them. */
export function leafOrder(hierarchy: Hierarchy): number[] {
  const features = hierarchy.length + 1;
  return membersOf(hierarchy, features, 2 * features - 2);
}

/** A random order of the features in which every cluster stays together. */
export function shuffleAlong(hierarchy: Hierarchy, features: number, random: Random): number[] {
  const flipped = hierarchy.map((merge): Hierarchy[number] =>
    random.below(2) === 0 ? merge : [merge[1], merge[0], merge[2], merge[3]],
  );
  return features === 0 ? [] : membersOf(flipped, features, 2 * features - 2);
}

/**
 * Clusters the columns by 1 − correlation, as Python's `shap.utils.hclust(X, metric="correlation")`. A missing value
 * counts as its column's mean; a constant column correlates with nothing (distance 1).
 */
export function correlationClustering(rows: Matrix, linkage: Linkage = "single"): Hierarchy {
  return clusterColumns(rows, "correlation", linkage);
}

/** Clusters the columns; equal distances merge the lowest numbered clusters first. */
export function clusterColumns(
  rows: Matrix,
  metric: "correlation" | "sqeuclidean",
  linkage: Linkage,
): Hierarchy {
  const columns = filledColumns(rows);
  const distance = metric === "correlation" ? correlationDistance : squaredDistance;
  const prepared = metric === "correlation" ? columns.map(standardised) : columns;
  const n = columns.length;
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      distances[i * n + j] = distance(prepared[i]!, prepared[j]!);
      distances[j * n + i] = distances[i * n + j]!;
    }
  }
  return agglomerate(distances, n, linkage);
}

/** Merges the two nearest clusters until one is left (Lance and Williams 1967). */
function agglomerate(distances: Float64Array, n: number, linkage: Linkage): Hierarchy {
  // Cluster labels by slot; a merge lives on in the slot of its first part.
  const label = Array.from({ length: n }, (_, i) => i);
  const size = new Array<number>(n).fill(1);
  const live = Array.from({ length: n }, (_, i) => i);
  const merges: Hierarchy[number][] = [];
  while (live.length > 1) {
    const [a, b] = nearestPair(distances, n, live, label);
    const distance = distances[a * n + b]!;
    for (const other of live) {
      if (other === a || other === b) continue;
      const da = distances[a * n + other]!;
      const db = distances[b * n + other]!;
      const merged =
        linkage === "single"
          ? Math.min(da, db)
          : linkage === "complete"
            ? Math.max(da, db)
            : (size[a]! * da + size[b]! * db) / (size[a]! + size[b]!);
      distances[a * n + other] = merged;
      distances[other * n + a] = merged;
    }
    size[a]! += size[b]!;
    merges.push([Math.min(label[a]!, label[b]!), Math.max(label[a]!, label[b]!), distance, size[a]!]);
    label[a] = n + merges.length - 1;
    live.splice(live.indexOf(b), 1);
  }
  return merges;
}

function nearestPair(
  distances: Float64Array,
  n: number,
  live: readonly number[],
  label: readonly number[],
): [number, number] {
  let best: [number, number] = [live[0]!, live[1]!];
  const rank = (pair: readonly [number, number]) => pair.map((slot) => label[slot]!).sort((p, q) => p - q);
  for (let i = 0; i < live.length; i++) {
    for (let j = i + 1; j < live.length; j++) {
      const difference = distances[live[i]! * n + live[j]!]! - distances[best[0] * n + best[1]]!;
      if (difference > 0) continue;
      const pair: [number, number] = [live[i]!, live[j]!];
      if (difference < 0) best = pair;
      else {
        const [p, q] = [rank(pair), rank(best)];
        if (p[0]! < q[0]! || (p[0] === q[0] && p[1]! < q[1]!)) best = pair;
      }
    }
  }
  return best;
}

function filledColumns({ data, rows, columns }: Matrix): Float64Array[] {
  return Array.from({ length: columns }, (_, c) => {
    const column = Float64Array.from({ length: rows }, (_, r) => data[r * columns + c]!);
    const known = column.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((a, b) => a + b, 0) / Math.max(1, known.length);
    return column.map((value) => (Number.isNaN(value) ? mean : value));
  });
}

/** Centred and of length 1; all zeros for a constant column. */
function standardised(column: Float64Array): Float64Array {
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  const centred = column.map((value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? centred.map((value) => value / length) : centred;
}

function correlationDistance(a: Float64Array, b: Float64Array): number {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  return 1 - product;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) * (a[i]! - b[i]!);
  return sum;
}
