import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import type { Explanation } from "shap-core";
import { BOTTOM_AXIS_HEIGHT, bottomAxis, roomyDomain } from "../drawing/axes.js";
import { colorLegend, LEGEND_HEIGHT } from "../drawing/color-legend.js";
import { dots } from "../drawing/dots.js";
import { contributionLabel } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { countText } from "../drawing/numbers.js";
import { rowLabels } from "../drawing/row-labels.js";
import { element, translated } from "../drawing/svg.js";
import { manyRows } from "../many-rows.js";
import { type PlotOptions, plotSettings } from "../options.js";
import { select } from "../selection.js";
import { swarm } from "../statistics/swarm.js";

const ROW = 36;
const SWARM_HEIGHT = 28;

/**
 * Every row's contribution of every feature, coloured by the feature's value: which features matter, in which
 * direction, and for how many rows. Dots that share a place become one dot of their mean colour, and those that
 * share a column are stacked in the order of their values. As `shap.plots.beeswarm`.
 *
 * @param options `row` picks rows; one row is drawn as one dot a feature. Missing values are grey, and so is the
 *   sum of the features that are not shown.
 * @returns an SVG document; for 10,000 rows × 20 features some 300 kB
 * @throws ShapeError where an option does not fit the explanation
 */
export function beeswarm(explanation: Explanation, options: PlotOptions = {}): string {
  const settings = plotSettings(options, explanation.featureNames);
  const selection = select(explanation, options);
  const strips = manyRows(selection, settings);
  const { palette, width } = settings;
  const labels = rowLabels(settings, strips.labels);
  const [low, high] = extent(strips.features.flatMap(({ values }) => extent(values) as [number, number]));
  const { radius, cell } = dotSize(selection.rows);
  const x = scaleLinear()
    .domain(roomyDomain(Math.min(0, low!), Math.max(0, high!)))
    .range([labels.right + radius + 4, width - MARGIN - radius]);
  const bottom = LEGEND_HEIGHT + strips.features.length * ROW;
  const y = (index: number) => LEGEND_HEIGHT + (index + 0.5) * ROW;
  const parts = [
    colorLegend({
      label: "feature value",
      low: "low",
      high: "high",
      colors: palette.values,
      missing: strips.missing,
      right: width - MARGIN,
      room: width - 2 * MARGIN,
      palette,
    }),
    bottomAxis({
      scale: x,
      top: LEGEND_HEIGHT,
      y: bottom,
      label: contributionLabel(settings, selection.outputName),
      width,
      palette,
      ruleAt: 0,
    }),
    element("path", {
      d: strips.features.map((_, index) => `M${labels.right} ${y(index)}H${width - MARGIN}`).join(""),
      stroke: palette.grid,
      "stroke-dasharray": "1 3",
    }),
    labels.draw(y),
    ...strips.features.map(({ values, colors }, index) => {
      const centres = values.map(x);
      const order = colors ?? new Float64Array(values.length);
      const offsets = swarm(centres, order, 2 * radius, SWARM_HEIGHT - 2 * radius);
      return translated(0, y(index), dots({ x: centres, y: offsets, color: colors, radius, cell, palette }));
    }),
  ];
  return frame(settings, {
    height: bottom + BOTTOM_AXIS_HEIGHT,
    name: "Beeswarm plot",
    description: `SHAP values of ${countText(selection.rows)} rows by feature, the most important first: ${strips.summary}.`,
    body: parts.join(""),
  });
}

/** Fewer rows get larger dots; for many, dots closer than a dot's radius are drawn once. */
function dotSize(rows: number): { radius: number; cell: number } {
  if (rows <= 100) return { radius: 3.2, cell: 0.5 };
  if (rows <= 500) return { radius: 2.4, cell: 0.5 };
  if (rows <= 2000) return { radius: 1.9, cell: 0.75 };
  return { radius: 1.5, cell: 1.25 };
}
