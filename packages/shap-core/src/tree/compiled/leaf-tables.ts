import { ruleFor } from "../quadrature.js";
import { mixedPair, ownPair, ownShare, referencePair, referenceShare } from "../unanimity.js";

/**
 * The values of a leaf of value 1 with d features on its path, for every set m of features whose conditions a row
 * fails (bit k = path feature k): 2^d × d numbers, row-major, or 2^d × d(d − 1)/2 for the pairs (0,1), (0,2), ..., (1,2),
 * ..., each half of the Shapley interaction index. A table is good until the next one is asked for.
 */
export interface LeafTables {
  shapley(): Float64Array;
  pairs(): Float64Array;
}

/** How many columns a leaf's table has. */
export const tableWidth = (features: number, order: 1 | 2): number =>
  order === 1 ? features : (features * (features - 1)) / 2;

/**
 * Path-dependent: with c_k the product of the cover ratios on feature k (see ../soft-decisions.ts for the integral).
 * Fills E[m][q] = weight · Π_k factor by doubling; dividing a hot factor out of it, which is never 0, leaves the rest.
 */
export function pathLeafTables(cold: readonly number[], features: number): LeafTables {
  const { nodes, weights } = ruleFor(features);
  const points = nodes.length;
  const patterns = 2 ** features;
  const products = scratch("products", patterns * points);
  const inverse = scratch("inverse", features * points);
  products.set(weights);
  for (let k = 0; k < features; k++) {
    const c = cold[k]!;
    const size = 2 ** k * points;
    for (let q = 0; q < points; q++) {
      const without = c * (1 - nodes[q]!);
      const withIt = nodes[q]! + without;
      inverse[k * points + q] = 1 / withIt;
      for (let at = q; at < size; at += points) {
        const product = products[at]!;
        products[size + at] = product * without;
        products[at] = product * withIt;
      }
    }
  }
  return {
    shapley() {
      const table = scratch("table", patterns * features);
      for (let j = 0; j < features; j++) {
        const bit = 1 << j;
        const c = cold[j]!;
        for (let m = 0; m < patterns; m++) {
          if ((m & bit) !== 0) continue;
          let integral = 0;
          for (let q = 0; q < points; q++) integral += products[m * points + q]! * inverse[j * points + q]!;
          table[m * features + j] = (1 - c) * integral;
          table[(m | bit) * features + j] = -c * integral;
        }
      }
      return table;
    },
    pairs() {
      const width = tableWidth(features, 2);
      const table = scratch("table", patterns * width);
      let column = 0;
      for (let i = 0; i < features; i++) {
        for (let j = i + 1; j < features; j++, column++) {
          const [first, second] = [1 << i, 1 << j];
          const [ci, cj] = [cold[i]!, cold[j]!];
          for (let m = 0; m < patterns; m++) {
            if ((m & (first | second)) !== 0) continue;
            let half = 0;
            for (let q = 0; q < points; q++) {
              half += products[m * points + q]! * inverse[i * points + q]! * inverse[j * points + q]!;
            }
            half /= 2;
            table[m * width + column] = (1 - ci) * (1 - cj) * half;
            table[(m | first) * width + column] = -ci * (1 - cj) * half;
            table[(m | second) * width + column] = -(1 - ci) * cj * half;
            table[(m | first | second) * width + column] = ci * cj * half;
          }
        }
      }
      return table;
    },
  };
}

/**
 * Interventional: `weights[u]` is the share of background rows that fail exactly the features u. A row that fails m
 * gets to the leaf with such a row's help only where u and m share nothing, and then the game is that of
 * ../unanimity.ts with P = u and N = m. With G[o][s] = Σ of weights[u] over u ⊆ o with s features (a ranked subset
 * sum, d²·2^d steps in all) every cell is a sum over s.
 */
export function backgroundLeafTables(weights: Float64Array, features: number): LeafTables {
  const patterns = 2 ** features;
  const ranks = features + 1;
  const sums = scratch("sums", patterns * ranks).fill(0, 0, patterns * ranks);
  for (let u = 0; u < patterns; u++) sums[u * ranks + popcount(u)] = weights[u]!;
  for (let k = 0; k < features; k++) {
    for (let o = 0; o < patterns; o++) {
      if ((o & (1 << k)) === 0) continue;
      const [to, from] = [o * ranks, (o ^ (1 << k)) * ranks];
      for (let s = 0; s < ranks; s++) sums[to + s]! += sums[from + s]!;
    }
  }
  /** Σ_s share(s, n) · G[o][s], from `least` on. */
  const weigh = (o: number, least: number, n: number, share: Float64Array): number => {
    let sum = 0;
    for (let s = least; s <= features - n; s++) sum += share[n * ranks + s]! * sums[o * ranks + s]!;
    return sum;
  };
  const shares = sharesOf(features);
  const all = patterns - 1;
  return {
    shapley() {
      const table = scratch("table", patterns * features);
      for (let m = 0; m < patterns; m++) {
        const n = popcount(m);
        const o = all ^ m;
        const down = n > 0 ? -weigh(o, 0, n, shares.referenceShare) : 0;
        const up = weigh(o, 1, n, shares.ownShare);
        for (let j = 0; j < features; j++) {
          const bit = 1 << j;
          table[m * features + j] = (m & bit) !== 0 ? down : up - weigh(o ^ bit, 1, n, shares.ownShare);
        }
      }
      return table;
    },
    pairs() {
      const width = tableWidth(features, 2);
      const table = scratch("table", patterns * width);
      for (let m = 0; m < patterns; m++) {
        const n = popcount(m);
        const o = all ^ m;
        const bothFail = n > 1 ? weigh(o, 0, n, shares.referencePair) / 2 : 0;
        let column = 0;
        for (let i = 0; i < features; i++) {
          const first = 1 << i;
          for (let j = i + 1; j < features; j++, column++) {
            const second = 1 << j;
            const failing = ((m & first) !== 0 ? 1 : 0) + ((m & second) !== 0 ? 1 : 0);
            let cell = bothFail;
            if (failing === 1) {
              const met = (m & first) !== 0 ? second : first;
              cell = -(weigh(o, 1, n, shares.mixedPair) - weigh(o ^ met, 1, n, shares.mixedPair)) / 2;
            } else if (failing === 0) {
              const without =
                weigh(o ^ first, 2, n, shares.ownPair) + weigh(o ^ second, 2, n, shares.ownPair);
              cell =
                (weigh(o, 2, n, shares.ownPair) - without + weigh(o ^ first ^ second, 2, n, shares.ownPair)) /
                2;
            }
            table[m * width + column] = cell;
          }
        }
      }
      return table;
    },
  };
}

interface Shares {
  readonly ownShare: Float64Array;
  readonly referenceShare: Float64Array;
  readonly ownPair: Float64Array;
  readonly referencePair: Float64Array;
  readonly mixedPair: Float64Array;
}

const knownShares: (Shares | undefined)[] = [];

/** The shares of ../unanimity.ts for p = s and n, at n · (features + 1) + s; 0 where they are not defined. */
function sharesOf(features: number): Shares {
  const table = (share: (p: number, n: number) => number, leastP: number, leastN: number): Float64Array => {
    const values = new Float64Array((features + 1) ** 2);
    for (let n = leastN; n <= features; n++) {
      for (let p = leastP; p + n <= features; p++) values[n * (features + 1) + p] = share(p, n);
    }
    return values;
  };
  knownShares[features] ??= {
    ownShare: table(ownShare, 1, 0),
    referenceShare: table(referenceShare, 0, 1),
    ownPair: table(ownPair, 2, 0),
    referencePair: table(referencePair, 0, 2),
    mixedPair: table(mixedPair, 1, 1),
  };
  return knownShares[features]!;
}

const kept = new Map<string, Float64Array>();

/** A buffer that is used again by the next leaf. */
function scratch(name: string, length: number): Float64Array {
  let buffer = kept.get(name);
  if (buffer === undefined || buffer.length < length) {
    buffer = new Float64Array(2 * length);
    kept.set(name, buffer);
  }
  return buffer;
}

function popcount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
