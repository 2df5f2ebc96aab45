import { columnMeans, covarianceMatrix } from "../algebra/covariance.js";
import { factorLdl, solveLdl } from "../algebra/ldl.js";
import { ShapeError } from "../errors.js";
import type { Matrix } from "../model/matrix.js";
import { type Rows, toMatrix } from "../model/rows.js";
import { checkHierarchy, correlationClustering, type Hierarchy } from "./hierarchy.js";
import type { Masker } from "./masker.js";

export interface MaskerOptions {
  /** Default: the keys of rows that are objects, else `Feature 0`, `Feature 1`, ... as in Python's shap. */
  readonly featureNames?: readonly string[];
  /** For a categorical feature the names behind its codes. */
  readonly categories?: readonly (readonly string[] | undefined)[];
}

/**
 * Hidden features take the values of background rows, one row after the other; every row given is used.
 * In Python: `shap.maskers.Independent` (which silently keeps 100 rows).
 * @throws ShapeError where the background is empty or its rows differ in length
 */
export function independent(background: Rows, options: MaskerOptions = {}): Masker {
  return new TabularMasker("independent", readBackground(background, options), options);
}

/**
 * As `independent`, and coalitions keep to a hierarchy of the features: values are Owen values.
 * In Python: `shap.maskers.Partition`.
 * @param options.clustering `correlation` (default, single linkage as in Python's shap) or a linkage matrix
 */
export function partition(
  background: Rows,
  options: MaskerOptions & { readonly clustering?: "correlation" | Hierarchy } = {},
): Masker {
  const { clustering = "correlation" } = options;
  const table = readBackground(background, options);
  const hierarchy = clustering === "correlation" ? correlationClustering(table.matrix) : clustering;
  checkHierarchy(hierarchy, table.matrix.columns);
  return new TabularMasker("partition", table, options, hierarchy);
}

/**
 * Hidden features take the mean they have given the known ones, were the background a multivariate normal
 * distribution: one row a coalition, and correlated features share credit. In Python: `shap.maskers.Impute`.
 * @throws ShapeError where the background has fewer than two rows or a missing value
 */
export function impute(background: Rows, options: MaskerOptions = {}): Masker {
  return new ImputeMasker(readBackground(background, options), options);
}

/**
 * Another masker, except that some features are never hidden: they get no credit, and each row has its own base
 * value. What `shap.maskers.Fixed` does for a whole input.
 * @param features names, or places from 0
 */
export function fixed(masker: Masker, features: readonly (string | number)[]): Masker {
  return new FixedMasker(masker, features);
}

interface Background {
  readonly matrix: Matrix;
  readonly featureNames: readonly string[];
}

function readBackground(background: Rows, options: MaskerOptions): Background {
  const featureNames = options.featureNames ?? namesOf(background);
  const matrix = toMatrix(background, { featureNames, categories: options.categories });
  if (matrix.rows === 0 || matrix.columns === 0) {
    throw new ShapeError(
      `the background has ${matrix.rows} rows of ${matrix.columns} features; it needs both`,
    );
  }
  return { matrix, featureNames };
}

function namesOf(rows: Rows): string[] {
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => `Feature ${i}`);
  if (!Array.isArray(rows)) return numbered((rows as Matrix).columns ?? 0);
  const first: unknown = rows[0];
  if (Array.isArray(first)) return numbered(first.length);
  return [...new Set(rows.flatMap((row) => Object.keys(row ?? {})))];
}

/** Whether two values are the same to a model; one missing value is as good as another. */
const same = (a: number, b: number): boolean => Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b));

class TabularMasker implements Masker {
  readonly featureNames: readonly string[];
  readonly categories: Masker["categories"];
  readonly samples: number;
  private readonly matrix: Matrix;

  constructor(
    readonly kind: "independent" | "partition",
    background: Background,
    options: MaskerOptions,
    readonly hierarchy?: Hierarchy,
  ) {
    this.matrix = background.matrix;
    this.samples = background.matrix.rows;
    this.featureNames = background.featureNames;
    this.categories = options.categories;
  }

  varying(x: Float64Array): number[] {
    const { data, rows, columns } = this.matrix;
    const varying: number[] = [];
    for (let c = 0; c < columns; c++) {
      for (let r = 0; r < rows; r++) {
        if (same(data[r * columns + c]!, x[c]!)) continue;
        varying.push(c);
        break;
      }
    }
    return varying;
  }

  fill(x: Float64Array, coalition: Uint8Array, target: Float64Array, offset: number): void {
    for (let s = 0; s < this.samples; s++) this.fillSample(x, coalition, s, target, offset + s * x.length);
  }

  fillSample(
    x: Float64Array,
    coalition: Uint8Array,
    sample: number,
    target: Float64Array,
    offset: number,
  ): void {
    const { data, columns } = this.matrix;
    for (let c = 0; c < columns; c++) {
      target[offset + c] = coalition[c] === 1 ? x[c]! : data[sample * columns + c]!;
    }
  }
}

class ImputeMasker implements Masker {
  readonly kind = "impute";
  readonly samples = 1;
  readonly featureNames: readonly string[];
  readonly categories: Masker["categories"];
  private readonly means: Float64Array;
  private readonly covariance: Float64Array;

  constructor({ matrix, featureNames }: Background, options: MaskerOptions) {
    if (matrix.rows < 2) throw new ShapeError("the impute masker needs two background rows or more");
    const missing = matrix.data.findIndex((value) => Number.isNaN(value));
    if (missing >= 0) {
      const column = featureNames[missing % matrix.columns]!;
      const row = Math.floor(missing / matrix.columns);
      throw new ShapeError(
        `background row ${row}, ${JSON.stringify(column)}: missing; the impute masker needs complete rows`,
        { row, column },
      );
    }
    this.featureNames = featureNames;
    this.categories = options.categories;
    this.means = columnMeans(matrix);
    this.covariance = covarianceMatrix(matrix, this.means);
  }

  varying(x: Float64Array): number[] {
    const missing = x.findIndex((value) => Number.isNaN(value));
    if (missing >= 0) {
      const column = this.featureNames[missing]!;
      throw new ShapeError(
        `${JSON.stringify(column)} is missing; the impute masker cannot tell what a missing value implies. ` +
          "Fill it in, or use an independent masker",
        { column },
      );
    }
    return Array.from(x.keys());
  }

  fill(x: Float64Array, coalition: Uint8Array, target: Float64Array, offset: number): void {
    const n = x.length;
    const known = Array.from(coalition.keys()).filter((c) => coalition[c] === 1);
    const solution = this.condition(x, known);
    for (let c = 0; c < n; c++) {
      let value = this.means[c]!;
      known.forEach((j, i) => {
        value += this.covariance[c * n + j]! * solution[i]!;
      });
      target[offset + c] = coalition[c] === 1 ? x[c]! : value;
    }
  }

  fillSample(x: Float64Array, coalition: Uint8Array, _: number, target: Float64Array, offset: number): void {
    this.fill(x, coalition, target, offset);
  }

  /** Σ_known⁻¹ (x − mean), redundant features left out. */
  private condition(x: Float64Array, known: readonly number[]): Float64Array {
    const n = x.length;
    const size = known.length;
    const matrix = new Float64Array(size * size);
    known.forEach((a, i) => {
      known.forEach((b, j) => {
        matrix[i * size + j] = this.covariance[a * n + b]!;
      });
    });
    const rise = Float64Array.from(known, (c) => x[c]! - this.means[c]!);
    return solveLdl(factorLdl(matrix, size, 1e-10), rise);
  }
}

class FixedMasker implements Masker {
  readonly kind = "fixed";
  readonly featureNames: readonly string[];
  readonly categories: Masker["categories"];
  readonly samples: number;
  readonly hierarchy: Hierarchy | undefined;
  private readonly keeps: Uint8Array;

  constructor(
    private readonly masker: Masker,
    features: readonly (string | number)[],
  ) {
    this.featureNames = masker.featureNames;
    this.categories = masker.categories;
    this.samples = masker.samples;
    this.hierarchy = masker.hierarchy;
    this.keeps = new Uint8Array(masker.featureNames.length);
    for (const feature of features) {
      const place = typeof feature === "number" ? feature : masker.featureNames.indexOf(feature);
      if (!(place in this.keeps)) {
        throw new ShapeError(`fixed: ${JSON.stringify(feature)} is no feature of the background`, {
          column: feature,
        });
      }
      this.keeps[place] = 1;
    }
  }

  varying(x: Float64Array): number[] {
    return this.masker.varying(x).filter((c) => this.keeps[c] === 0);
  }

  fill(x: Float64Array, coalition: Uint8Array, target: Float64Array, offset: number): void {
    this.masker.fill(x, this.widened(coalition), target, offset);
  }

  fillSample(
    x: Float64Array,
    coalition: Uint8Array,
    sample: number,
    target: Float64Array,
    offset: number,
  ): void {
    this.masker.fillSample(x, this.widened(coalition), sample, target, offset);
  }

  private widened(coalition: Uint8Array): Uint8Array {
    return coalition.map((bit, c) => bit | this.keeps[c]!);
  }
}
