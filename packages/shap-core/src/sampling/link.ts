import { logarithm } from "../algebra/logarithm.js";
import { ShapeError } from "../errors.js";

/** From the model's output to the scale on which values add up: as it is, or probability to log-odds. */
export type LinkName = "identity" | "logit";

export interface Link {
  readonly name: LinkName;
  /** @throws ShapeError where the output has no finite image */
  apply(output: number): number;
  /** The derivative. */
  slope(output: number): number;
}

const identity: Link = { name: "identity", apply: (x) => x, slope: () => 1 };

const logit: Link = {
  name: "logit",
  apply(p) {
    if (!(p > 0 && p < 1)) {
      throw new ShapeError(
        `the logit link needs outputs strictly between 0 and 1, the model gave ${p}; ` +
          'use link "identity", or explain the log-odds themselves',
      );
    }
    return logarithm(p / (1 - p));
  },
  slope: (p) => 1 / (p * (1 - p)),
};

export const links: Readonly<Record<LinkName, Link>> = { identity, logit };
