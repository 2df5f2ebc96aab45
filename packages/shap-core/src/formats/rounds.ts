import { ShapeError } from "../errors.js";
import type { ReadOptions } from "./format.js";

/**
 * How many boosting rounds count.
 * @param rounds how many the file has
 * @param best how many the library's scikit-learn wrapper would use, where early stopping stored it
 * @throws ShapeError where more are asked for than there are
 */
export function roundsToRead(options: ReadOptions, rounds: number, best = rounds): number {
  const { iterations = "best" } = options;
  if (iterations === "all") return rounds;
  if (iterations === "best") return Math.min(best, rounds);
  if (Number.isInteger(iterations) && iterations >= 1 && iterations <= rounds) return iterations;
  throw new ShapeError(
    `iterations must be "best", "all" or a whole number from 1 to ${rounds}, the model's boosting rounds; ` +
      `got ${String(iterations)}`,
  );
}
