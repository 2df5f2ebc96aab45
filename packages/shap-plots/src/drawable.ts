/** Beyond this the square of a number is none, and neither are the differences and sums that drawing takes. */
const LARGEST = 1e150;
/** Below this the square of a difference is zero: such numbers share a place. */
export const SMALLEST_SPAN = 1e-150;

/** Whether a number can have a place on an axis. */
export function isDrawable(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}
