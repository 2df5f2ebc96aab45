import type { Explanation } from "shap-core";
import { plotSettings } from "../options.js";
import { select } from "../selection.js";
import { type ForceOptions, forceOfMany } from "./force-of-many.js";
import { forceOfOne } from "./force-of-one.js";

/**
 * What pushes the output up against what pushes it down. One row is a band of arrows that meet at the output; many
 * rows are such bands side by side, turned upright. As `shap.plots.force`.
 *
 * @param options with one `row`, or for an explanation of one row, that row is drawn
 * @returns an SVG document
 * @throws ShapeError where an option does not fit the explanation
 */
export function force(explanation: Explanation, options: ForceOptions = {}): string {
  const settings = plotSettings(options, explanation.featureNames);
  const selection = select(explanation, options);
  return selection.rows === 1
    ? forceOfOne(selection, settings)
    : forceOfMany(selection, settings, options.order ?? "output");
}
