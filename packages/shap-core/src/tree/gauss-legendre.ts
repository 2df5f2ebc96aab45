/** Nodes and weights of a quadrature rule on [0, 1]. */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const rules = new Map<number, QuadratureRule>();

/**
 * The Gauss-Legendre rule with `points` points on [0, 1]: exact for polynomials of degree 2·points − 1.
 *
 * Nodes are the roots of the Legendre polynomial by Newton's method from Tricomi's estimate, weights
 * 2 / ((1 − x²) P'(x)²), both moved from [−1, 1] (Abramowitz & Stegun 25.4.29 and 22.16.6).
 */
export function gaussLegendre(points: number): QuadratureRule {
  let rule = rules.get(points);
  if (rule === undefined) {
    rule = computeRule(points);
    rules.set(points, rule);
  }
  return rule;
}

function computeRule(points: number): QuadratureRule {
  const nodes = new Float64Array(points);
  const weights = new Float64Array(points);
  for (let i = 0; i < Math.ceil(points / 2); i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5));
    let derivative = 1;
    for (let step = 0; step < 100; step++) {
      const { value, slope } = legendre(points, x);
      derivative = slope;
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    derivative = legendre(points, x).slope;
    const weight = 1 / ((1 - x * x) * derivative * derivative);
    nodes[i] = (1 - x) / 2;
    nodes[points - 1 - i] = (1 + x) / 2;
    weights[i] = weight;
    weights[points - 1 - i] = weight;
  }
  return { nodes, weights };
}

function legendre(degree: number, x: number): { value: number; slope: number } {
  let previous = 1;
  let value = x;
  for (let k = 2; k <= degree; k++) {
    [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
  }
  return { value, slope: (degree * (x * value - previous)) / (x * x - 1) };
}
