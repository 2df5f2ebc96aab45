/** Of a decimal of 256 bits, the longest that Arrow and Parquet have. */
export const MAX_DECIMAL_DIGITS = 76;

/** A power of ten up to this, and a safe integer, are float64 numbers: their quotient is rounded once. */
const LARGEST_EXACT_POWER = 22;

/** All digits: `unscaled` × 10^-`scale`. */
export function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  if (scale <= 0) return sign + digits + "0".repeat(-scale);
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The nearest float64. */
export function decimalNumber(unscaled: bigint, scale: number): number {
  const number = Number(unscaled);
  const isExact = Number.isSafeInteger(number) && scale >= 0 && scale <= LARGEST_EXACT_POWER;
  return isExact ? number / 10 ** scale : Number(decimalText(unscaled, scale));
}
