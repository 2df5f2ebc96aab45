import fc from "fast-check";
import { eigenvaluesAbove, factorLdl, solveLdl } from "../../src/algebra/ldl.js";

const entry = fc.double({ min: -2, max: 2, noNaN: true });

/** BᵀB + floor·I. */
function positive(b: number[], n: number, floor: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) matrix[i * n + j]! += b[k * n + i]! * b[k * n + j]!;
    }
    matrix[i * n + i]! += floor;
  }
  return matrix;
}

const product = (a: Float64Array, x: Float64Array) =>
  x.map((_, i) => x.reduce((sum, xj, j) => sum + a[i * x.length + j]! * xj, 0));

describe("LDLᵀ", () => {
  it("solves positive definite systems", () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 16, maxLength: 16 }),
        fc.array(entry, { minLength: 4, maxLength: 4 }),
        (b, x) => {
          const a = positive(b, 4, 0.5);
          const solution = solveLdl(factorLdl(a, 4), product(a, Float64Array.from(x)));
          x.forEach((value, i) => {
            expect(solution[i]).toBeCloseTo(value, 8);
          });
        },
      ),
    );
  });

  it("leaves out what earlier unknowns already say", () => {
    const a = Float64Array.of(1, 2, 0, 2, 4, 0, 0, 0, 3);
    expect([...solveLdl(factorLdl(a, 3, 1e-10), Float64Array.of(5, 10, 6))]).toEqual([5, 0, 2]);
  });

  it("knows on which side of a floor the eigenvalues lie", () => {
    const a = Float64Array.of(2, 1, 1, 2); // 1 and 3
    expect(eigenvaluesAbove(a, 2, 0.99)).toBe(true);
    expect(eigenvaluesAbove(a, 2, 1.01)).toBe(false);
    expect(eigenvaluesAbove(a, 2, 3.01)).toBe(false);
  });
});
