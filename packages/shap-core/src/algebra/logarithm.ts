const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const COEFFICIENTS = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
] as const;

/**
 * The natural logarithm. `Math.log` may differ in its last bit between engines; this one is made of exact
 * operations only and gives the same bytes everywhere. Error below one unit in the last place.
 *
 * Method: x = 2ᵏ·(1 + f) with √½ < 1 + f < √2 and a polynomial in s = f / (2 + f), after FDLIBM's e_log.c.
 */
export function logarithm(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  let m = x;
  // Multiplying by a power of two is exact; the range is bounded, so this takes at most a few dozen steps.
  while (m < 2 ** -64) {
    m *= 2 ** 64;
    k -= 64;
  }
  while (m > 2 ** 64) {
    m *= 2 ** -64;
    k += 64;
  }
  while (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  while (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  const f = m - 1;
  if (f === 0) return k * LN2_HIGH + k * LN2_LOW;
  const s = f / (2 + f);
  const z = s * s;
  let r = 0;
  for (let i = COEFFICIENTS.length - 1; i >= 0; i--) r = (r + COEFFICIENTS[i]!) * z;
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
}
