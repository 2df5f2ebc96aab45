import { gaussLegendre } from "../../src/tree/gauss-legendre.js";

describe("gaussLegendre", () => {
  it.each([1, 2, 3, 4, 8, 15, 32])(
    "integrates polynomials up to degree 2n − 1 on [0, 1], n = %d",
    (points) => {
      const { nodes, weights } = gaussLegendre(points);
      for (let degree = 0; degree < 2 * points; degree++) {
        const integral = nodes.reduce((sum, node, i) => sum + weights[i]! * node ** degree, 0);
        expect(Math.abs(integral - 1 / (degree + 1))).toBeLessThan(2e-15);
      }
    },
  );

  it("has its nodes in ascending order inside the interval", () => {
    const { nodes } = gaussLegendre(9);
    expect(Array.from(nodes)).toEqual(Array.from(nodes).sort((a, b) => a - b));
    expect(Math.min(...nodes)).toBeGreaterThan(0);
    expect(Math.max(...nodes)).toBeLessThan(1);
  });
});
