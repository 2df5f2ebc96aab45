import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Explanation } from "shap-core";
import { BOTTOM_AXIS_HEIGHT, centredText, roomyDomain, TICK_SIZE } from "../drawing/axes.js";
import { colorLegend, LEGEND_HEIGHT } from "../drawing/color-legend.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { columnOfNumbers, countText } from "../drawing/numbers.js";
import { CONTRIBUTION_COLORS } from "../drawing/palette.js";
import { rowLabels } from "../drawing/row-labels.js";
import { element, textElement, translated } from "../drawing/svg.js";
import { textWidth } from "../drawing/text-width.js";
import { manyRows } from "../many-rows.js";
import { type PlotOptions, plotSettings } from "../options.js";
import { select } from "../selection.js";
import { meansOfRuns } from "../statistics/means-of-runs.js";
import { quantiles } from "../statistics/quantiles.js";
import { orderRows, type RowOrder } from "../statistics/row-order.js";

export interface HeatmapOptions extends PlotOptions {
  /**
   * The order of the rows from left to right: `similarity` puts rows with like reasons side by side, `output` sorts
   * by the model's output, `given` keeps the explanation's order. Default `similarity`.
   */
  readonly order?: RowOrder;
}

const ROW = 24;
const OUTPUT_HEIGHT = 52;
const BAR_WIDTH = 58;

/**
 * All rows at a glance: one column a row, one line a feature, coloured by contribution, the model's output above and
 * each feature's mean absolute contribution at the right. As `shap.plots.heatmap`.
 *
 * @param options where there are more rows than px, a column is the mean of neighbours. Colours reach their ends at
 *   the 99th percentile of the absolute contributions.
 * @returns an SVG document
 * @throws ShapeError where an option does not fit the explanation
 */
export function heatmap(explanation: Explanation, options: HeatmapOptions = {}): string {
  const settings = plotSettings(options, explanation.featureNames);
  const selection = select(explanation, options);
  const strips = manyRows(selection, settings);
  const order = options.order ?? "similarity";
  const rows = orderRows(selection, order);
  const { palette, width } = settings;

  const labels = rowLabels(settings, strips.labels);
  const left = labels.right;
  const right = width - MARGIN - BAR_WIDTH - 10;
  const columns = Math.min(selection.rows, Math.floor(right - left));
  const outputs = meansOfRuns(selection.outputs, rows, columns);
  const cells = strips.features.map(({ values }) => meansOfRuns(values, rows, columns));
  const sizes = strips.features.map(
    ({ values }) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length,
  );
  const largest = colorEnd(strips.features.map(({ values }) => values));
  const numbers = columnOfNumbers(largest);

  const top = LEGEND_HEIGHT + OUTPUT_HEIGHT + 10;
  const bottom = top + strips.features.length * ROW;
  const y = (index: number) => top + (index + 0.5) * ROW;
  const x = scaleLinear().domain([0, columns]).range([left, right]);
  const barScale = scaleLinear()
    .domain([0, Math.max(...sizes) || 1])
    .range([0, BAR_WIDTH]);
  const parts = [
    colorLegend({
      label: "SHAP value",
      low: numbers.signed(-largest),
      high: numbers.signed(largest),
      colors: palette.contributions,
      missing: false,
      right: width - MARGIN,
      room: width - 2 * MARGIN,
      palette,
    }),
    outputLine(),
    labels.draw(y),
    element(
      "g",
      {
        fill: "none",
        "stroke-width": 0.92,
        "shape-rendering": "crispEdges",
        transform: `translate(${left},${top}) scale(${(right - left) / columns},${ROW})`,
      },
      ...coloredRuns(cells, largest, palette.contributions),
    ),
    ...sizes.map((size, index) =>
      element("rect", {
        x: right + 10,
        y: y(index) - 7,
        width: barScale(size),
        height: 14,
        fill: palette.neutral,
      }),
    ),
    textElement(
      {
        x: width - MARGIN,
        y: bottom + 16,
        "font-size": TICK_SIZE,
        "text-anchor": "end",
        fill: palette.muted,
      },
      "mean |SHAP|",
    ),
    centredText(
      `${countText(selection.rows)} ${orderText(selection.rows, order)}`,
      (left + right) / 2,
      bottom + 37,
      width,
      palette,
    ),
  ];
  return frame(settings, {
    height: bottom + BOTTOM_AXIS_HEIGHT,
    name: "Heatmap of SHAP values",
    description: `SHAP values of ${countText(selection.rows)} ${orderText(selection.rows, order)}, by feature, the most important first: ${strips.summary}.`,
    body: parts.join(""),
  });

  /** The model's output above the columns, the base value as a dashed line. */
  function outputLine(): string {
    const [low, high] = extent([...outputs, selection.baseValue]) as [number, number];
    const up = scaleLinear().domain(roomyDomain(low, high)).range([OUTPUT_HEIGHT, 0]);
    const path = line<number>()
      .digits(1)
      .x((_, column) => x(column + 0.5))
      .y((output) => up(output));
    const texts = columnOfNumbers(Math.max(Math.abs(low), Math.abs(high)));
    const base = up(selection.baseValue);
    const single = outputs.length === 1;
    return translated(
      0,
      LEGEND_HEIGHT,
      element("path", { d: `M${left} ${base}H${right}`, stroke: palette.rule, "stroke-dasharray": "2 3" }),
      single
        ? element("circle", { cx: x(0.5), cy: up(outputs[0]!), r: 3, fill: palette.ink })
        : element("path", {
            d: path(outputs) ?? "",
            fill: "none",
            stroke: palette.ink,
            "stroke-width": 1.2,
            "stroke-linejoin": "round",
          }),
      textElement(
        {
          x: left - 14,
          y: Math.min(OUTPUT_HEIGHT, Math.max(4, base)) + 4,
          "text-anchor": "end",
          "font-size": 12.5,
        },
        "f(x)",
      ),
      element(
        "g",
        { "font-size": 11, fill: palette.muted },
        textElement({ x: right + 10, y: 4 }, texts.plain(high)),
        textElement({ x: right + 10, y: OUTPUT_HEIGHT + 4 }, texts.plain(low)),
        base > 16 && base < OUTPUT_HEIGHT - 12 && textWidth(texts.plain(selection.baseValue), 11) < BAR_WIDTH
          ? textElement({ x: right + 10, y: base + 4 }, texts.plain(selection.baseValue))
          : "",
      ),
    );
  }
}

/** One path a colour; neighbours of one colour are one line. */
function coloredRuns(
  cells: readonly Float64Array[],
  largest: number,
  colors: readonly string[],
): readonly string[] {
  const paths = colors.map(() => "");
  const middle = (CONTRIBUTION_COLORS - 1) / 2;
  cells.forEach((strip, index) => {
    let from = 0;
    const color = (column: number) =>
      Math.round(middle + middle * Math.min(1, Math.max(-1, strip[column]! / largest || 0)));
    for (let column = 1; column <= strip.length; column++) {
      if (column < strip.length && color(column) === color(from)) continue;
      paths[color(from)] += `M${from} ${index + 0.5}h${column - from}`;
      from = column;
    }
  });
  return paths.map((d, color) => (d === "" ? "" : element("path", { d, stroke: colors[color]! })));
}

/** The contribution at which colours end: one outlier must not bleach all others. */
function colorEnd(strips: readonly Float64Array[]): number {
  const sizes = new Float64Array(strips.length * strips[0]!.length);
  strips.forEach((values, index) => {
    sizes.set(values.map(Math.abs), index * values.length);
  });
  const [end, largest] = quantiles(sizes, [0.99, 1]);
  return end! > 0 ? end! : largest!;
}

function orderText(rows: number, order: RowOrder): string {
  if (rows === 1) return "row";
  if (order === "output") return "rows, sorted by output";
  return order === "similarity" ? "rows, alike side by side" : "rows, in their order";
}
