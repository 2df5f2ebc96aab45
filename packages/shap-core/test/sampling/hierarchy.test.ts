import fc from "fast-check";
import type { Matrix } from "../../src/index.js";
import {
  checkHierarchy,
  clusterColumns,
  correlationClustering,
  leafOrder,
  membersOf,
  shuffleAlong,
} from "../../src/sampling/hierarchy.js";
import { Random } from "../../src/sampling/random.js";

const matrices = fc
  .record({ rows: fc.integer({ min: 2, max: 6 }), columns: fc.integer({ min: 1, max: 7 }) })
  .chain(({ rows, columns }) =>
    fc
      .array(fc.oneof(fc.double({ min: -5, max: 5, noNaN: true }), fc.constant(Number.NaN)), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((cells): Matrix => ({ data: Float64Array.from(cells), rows, columns })),
  );

describe("clustering columns", () => {
  it("joins all of them into one tree, whatever they hold", () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom("single", "complete", "average"), (matrix, linkage) => {
        for (const metric of ["correlation", "sqeuclidean"] as const) {
          const hierarchy = clusterColumns(matrix, metric, linkage as "single");
          checkHierarchy(hierarchy, matrix.columns);
          const order = leafOrder(hierarchy);
          expect(order.sort((a, b) => a - b)).toEqual(Array.from({ length: matrix.columns }, (_, i) => i));
        }
      }),
    );
  });

  it("gives scipy's linkage: distances, sizes and numbers of the clusters", () => {
    const points = [0, 1, 5, 7.5, 20];
    const matrix = { data: Float64Array.from(points), rows: 1, columns: 5 };
    expect(clusterColumns(matrix, "sqeuclidean", "single")).toEqual([
      [0, 1, 1, 2],
      [2, 3, 6.25, 2],
      [5, 6, 16, 4],
      [4, 7, 156.25, 5],
    ]);
    expect(clusterColumns(matrix, "sqeuclidean", "complete").map(([, , distance]) => distance)).toEqual([
      ...[1, 6.25, 56.25, 400],
    ]);
    expect(clusterColumns(matrix, "sqeuclidean", "average")[2]![2]).toBe((25 + 56.25 + 16 + 42.25) / 4);
  });

  it("knows no correlation of a constant column", () => {
    const data = Float64Array.of(1, 3, 2, 2, 3, 4, 3, 3, 6);
    const [first, second] = correlationClustering({ data, rows: 3, columns: 3 });
    expect(first!.slice(0, 2)).toEqual([0, 2]);
    expect(second![2]).toBe(1);
  });
});

describe("shuffling along a hierarchy", () => {
  it("keeps every cluster together", () => {
    fc.assert(
      fc.property(matrices, fc.nat(), (matrix, seed) => {
        const hierarchy = correlationClustering(matrix);
        const order = shuffleAlong(hierarchy, matrix.columns, new Random(seed));
        expect(order).toHaveLength(matrix.columns);
        hierarchy.forEach((_, m) => {
          const places = membersOf(hierarchy, matrix.columns, matrix.columns + m).map((j) =>
            order.indexOf(j),
          );
          expect(Math.max(...places) - Math.min(...places)).toBe(places.length - 1);
        });
      }),
    );
  });
});
