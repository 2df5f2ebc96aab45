import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area } from "d3-shape";
import type { Explanation } from "shap-core";
import { BOTTOM_AXIS_HEIGHT, bottomAxis, roomyDomain } from "../drawing/axes.js";
import { colorLegend, horizontalGradient, LEGEND_HEIGHT } from "../drawing/color-legend.js";
import { contributionLabel } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { countText } from "../drawing/numbers.js";
import { type Palette, rampPaint } from "../drawing/palette.js";
import { rowLabels } from "../drawing/row-labels.js";
import { coordinate, element, translated } from "../drawing/svg.js";
import { manyRows, type Strip } from "../many-rows.js";
import { type PlotOptions, plotSettings } from "../options.js";
import { select } from "../selection.js";
import { type Density, density } from "../statistics/density.js";
import { quantiles } from "../statistics/quantiles.js";

const ROW = 36;
const HALF = 14;
const SAMPLES = 120;

/**
 * How each feature's contributions are distributed, coloured by the mean feature value at every place; a line spans
 * the middle half of the rows and a dot marks the median. As `shap.plots.violin`.
 *
 * @param options `maxDisplay` is 20 unless given. A feature whose contributions are all the same is a dot.
 * @returns an SVG document whose size does not depend on the number of rows
 * @throws ShapeError where an option does not fit the explanation
 */
export function violin(explanation: Explanation, options: PlotOptions = {}): string {
  const settings = plotSettings(options, explanation.featureNames, 20);
  const selection = select(explanation, options);
  const strips = manyRows(selection, settings);
  const { palette, width } = settings;
  const labels = rowLabels(settings, strips.labels);
  const shapes = strips.features.map(({ values }) => density(values, SAMPLES));
  const ends = strips.features.flatMap(({ values }, index) => {
    const positions = shapes[index]?.positions;
    return positions === undefined ? [values[0]!] : [positions[0]!, positions.at(-1)!];
  });
  const [low, high] = extent(ends) as [number, number];
  const x = scaleLinear()
    .domain(roomyDomain(Math.min(0, low), Math.max(0, high)))
    .range([labels.right + 4, width - MARGIN]);
  const bottom = LEGEND_HEIGHT + strips.features.length * ROW;
  const y = (index: number) => LEGEND_HEIGHT + (index + 0.5) * ROW;
  const parts = [
    colorLegend({
      label: "mean feature value",
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
    labels.draw(y),
    ...strips.features.map((strip, index) =>
      translated(
        0,
        y(index),
        shapes[index] === undefined
          ? element("circle", { cx: x(strip.values[0]!), r: 3.2, fill: pointColor(strip, palette) })
          : violinShape(strip, shapes[index], x, palette),
      ),
    ),
  ];
  return frame(settings, {
    height: bottom + BOTTOM_AXIS_HEIGHT,
    name: "Violin plot",
    description: `Distribution of the SHAP values of ${countText(selection.rows)} rows by feature, the most important first: ${strips.summary}.`,
    body: parts.join(""),
  });
}

function violinShape(strip: Strip, shape: Density, x: (value: number) => number, palette: Palette): string {
  const gradient = horizontalGradient(colorStops(strip, shape, palette));
  const outline = area<number>()
    .digits(1)
    .x((i) => x(shape.positions[i]!))
    .y0((i) => HALF * shape.heights[i]!)
    .y1((i) => -HALF * shape.heights[i]!);
  const [smallest, quarter, median, threeQuarters, largest] = quantiles(
    strip.values,
    [0, 0.25, 0.5, 0.75, 1],
  ).map(x);
  return [
    gradient.definition,
    // A few rows far out have next to no density: a hairline keeps them in sight.
    element("path", {
      d: `M${coordinate(smallest!)} 0H${coordinate(largest!)}`,
      stroke: palette.rule,
    }),
    element("path", {
      d: outline(Array.from(shape.positions, (_, i) => i)) ?? "",
      fill: gradient.paint,
    }),
    element("path", {
      d: `M${coordinate(quarter!)} 0H${coordinate(threeQuarters!)}`,
      stroke: palette.ink,
      "stroke-width": 1.2,
    }),
    element("circle", {
      cx: median,
      r: 2.4,
      fill: palette.paper,
      stroke: palette.ink,
      "stroke-width": 1.2,
    }),
  ].join("");
}

/** The mean colour of the rows around each place of a violin; places without rows take their neighbours'. */
function colorStops(strip: Strip, shape: Density, palette: Palette): [offset: number, color: string][] {
  if (strip.colors === undefined) return [[0, palette.neutral]];
  // Few rows make few places, so that each is a mean of several.
  const places = Math.round(Math.min(40, Math.max(6, 1.3 * Math.sqrt(strip.values.length))));
  const start = shape.positions[0]!;
  const span = shape.positions.at(-1)! - start;
  const sums = new Float64Array(places);
  const known = new Uint32Array(places);
  const all = new Uint32Array(places);
  strip.values.forEach((value, r) => {
    const place = Math.min(places - 1, Math.floor(((value - start) / span) * places));
    const color = strip.colors![r]!;
    all[place]!++;
    if (Number.isNaN(color)) return;
    known[place]!++;
    sums[place]! += color;
  });
  const stops: [number, string][] = [];
  for (let place = 0; place < places; place++) {
    if (all[place] === 0) continue;
    const mostlyMissing = known[place]! * 2 < all[place]!;
    const color = mostlyMissing ? palette.missing : rampPaint(palette.values, sums[place]! / known[place]!);
    stops.push([(place + 0.5) / places, color]);
  }
  return stops;
}

function pointColor({ colors }: Strip, palette: Palette): string {
  if (colors === undefined) return palette.neutral;
  const known = colors.filter((color) => !Number.isNaN(color));
  if (known.length * 2 < colors.length) return palette.missing;
  const mean = known.reduce((sum, color) => sum + color, 0) / known.length;
  return rampPaint(palette.values, mean);
}
