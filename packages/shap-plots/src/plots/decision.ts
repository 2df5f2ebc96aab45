import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import type { Explanation } from "shap-core";
import { BOTTOM_AXIS_HEIGHT, bottomAxis, roomyDomain, verticalRule } from "../drawing/axes.js";
import { horizontalGradient } from "../drawing/color-legend.js";
import { featureValueText, outputLabel, restLabel } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { columnOfNumbers, countText } from "../drawing/numbers.js";
import { rampPaint } from "../drawing/palette.js";
import { rowLabels } from "../drawing/row-labels.js";
import { coordinate, element, textElement } from "../drawing/svg.js";
import { textWidth } from "../drawing/text-width.js";
import { describeRow, oneRow } from "../one-row.js";
import { type PlotOptions, type PlotSettings, plotSettings } from "../options.js";
import { type Selection, select } from "../selection.js";
import { meanAbsolute, type Ranking, rank, restOf } from "../statistics/importance.js";

const ROW = 26;
const TOP = 34;
const STRIP_HEIGHT = 7;
/** More lines than this cannot be told apart. */
const MOST_LINES = 250;

/**
 * How rows come from the base value at the bottom to their outputs at the top, feature by feature, the most
 * important last: lines that run together are decided alike. As `shap.plots.decision`.
 *
 * @param options `maxDisplay` is 20 unless given. Of more than 250 rows, 250 are drawn, spread evenly over the
 *   outputs, in front of a pale band that spans all rows. One row has its feature values beside the names.
 * @returns an SVG document
 * @throws ShapeError where an option does not fit the explanation
 */
export function decision(explanation: Explanation, options: PlotOptions = {}): string {
  const settings = plotSettings(options, explanation.featureNames, 20);
  const selection = select(explanation, options);
  const { palette, width } = settings;
  const ranking = rank(meanAbsolute(selection), settings.maxDisplay);
  const { paths, low, high } = pathsOf(selection, ranking);
  const labels = rowLabels(settings, labelsOf(selection, ranking, settings));
  const places = ranking.shown.length + (ranking.rest.length > 0 ? 1 : 0);
  const x = scaleLinear()
    .domain(padded(roomyDomain(Math.min(...low), Math.max(...high))))
    .range([labels.right, width - MARGIN]);
  const bottom = TOP + places * ROW;
  const level = (step: number) => bottom - step * ROW;
  const lines = chosenLines(selection);
  const [lowest, highest] = extent(selection.outputs) as [number, number];
  const single = selection.rows === 1;

  const parts = [
    bottomAxis({
      scale: x,
      top: TOP,
      y: bottom,
      label: outputLabel(settings, selection.outputName),
      width,
      palette,
    }),
    element("path", {
      d: Array.from(
        { length: places },
        (_, i) => `M${labels.right} ${level(i + 0.5)}H${width - MARGIN}`,
      ).join(""),
      stroke: palette.grid,
      "stroke-dasharray": "1 3",
    }),
    selection.rows > MOST_LINES ? band() : "",
    verticalRule(x(selection.baseValue), TOP, bottom, palette.rule),
    labels.draw((index) => TOP + (index + 0.5) * ROW),
    ...(single ? [singleLine()] : coloredLines()),
    single ? outputNumber() : colorStrip(),
    selection.rows > MOST_LINES ? note() : "",
  ];
  return frame(settings, {
    height: bottom + BOTTOM_AXIS_HEIGHT,
    name: single ? `Decision plot of row ${selection.rowIndexes[0]}` : "Decision plot",
    description: describe(),
    body: parts.join(""),
  });

  function pathOf(row: number): string {
    const points = Array.from({ length: places + 1 }, (_, step) => {
      const at = Math.round(x(paths[row * (places + 1) + step]!) * 10) / 10;
      return `${coordinate(at)} ${coordinate(level(step))}`;
    });
    return `M${points.join("L")}`;
  }

  function coloredLines(): string[] {
    const byColor = new Map<string, string>();
    for (const row of lines) {
      const place = highest > lowest ? (selection.outputs[row]! - lowest) / (highest - lowest) : 0.5;
      const paint = rampPaint(palette.values, place);
      byColor.set(paint, (byColor.get(paint) ?? "") + pathOf(row));
    }
    const many = lines.length > 40;
    const style = {
      fill: "none",
      "stroke-linejoin": "round",
      "stroke-width": many ? 0.8 : 1.5,
      "stroke-opacity": many ? 0.7 : undefined,
    };
    return Array.from(byColor, ([stroke, d]) => element("path", { d, stroke, ...style }));
  }

  function singleLine(): string {
    const stroke = selection.outputs[0]! < selection.baseValue ? palette.negative : palette.positive;
    return element("path", {
      d: pathOf(0),
      fill: "none",
      stroke,
      "stroke-width": 2,
      "stroke-linejoin": "round",
    });
  }

  function outputNumber(): string {
    const texts = columnOfNumbers(Math.max(Math.abs(selection.outputs[0]!), Math.abs(selection.baseValue)));
    const text = `f(x) = ${texts.plain(selection.outputs[0]!)}`;
    const half = (textWidth(text, 12.5, "bold") * 1.03) / 2;
    const at = Math.min(width - MARGIN - half, Math.max(labels.right + half, x(selection.outputs[0]!)));
    return textElement(
      { x: at, y: TOP - 9, "font-size": 12.5, "font-weight": 600, "text-anchor": "middle" },
      text,
    );
  }

  /** The outputs' colours, above the lines' ends. */
  function colorStrip(): string {
    if (!(highest > lowest)) return "";
    const gradient = horizontalGradient(
      palette.values.map((color, i) => [i / (palette.values.length - 1), color]),
    );
    const place = {
      x: x(lowest),
      y: TOP - STRIP_HEIGHT - 3,
      width: x(highest) - x(lowest),
      height: STRIP_HEIGHT,
    };
    return gradient.definition + element("rect", { ...place, rx: 2, fill: gradient.paint });
  }

  function band(): string {
    const outline = [
      ...high.map((value, step) => `${coordinate(x(value))} ${level(step)}`),
      ...low.map((value, step) => `${coordinate(x(value))} ${level(step)}`).reverse(),
    ];
    return element("path", { d: `M${outline.join("L")}Z`, fill: palette.grid, "fill-opacity": 0.7 });
  }

  function note(): string {
    const text = `${lines.length} of ${countText(selection.rows)} rows drawn; the band spans all`;
    return textElement(
      { x: width - MARGIN, y: 8, "font-size": 11, "text-anchor": "end", fill: palette.muted },
      text,
    );
  }

  function describe(): string {
    if (single) return describeRow(oneRow(selection, settings, "decision"));
    const texts = columnOfNumbers(
      Math.max(Math.abs(lowest), Math.abs(highest), Math.abs(selection.baseValue)),
    );
    const names = ranking.shown.slice(0, 5).map((f) => selection.featureNames[f]);
    return `${countText(selection.rows)} rows from the base value ${texts.plain(selection.baseValue)} to outputs from ${texts.plain(lowest)} to ${texts.plain(highest)}. Most important: ${names.join(", ")}.`;
  }
}

/** Running sums of every row from the base value over the least to the most important feature, and their extremes. */
function pathsOf(selection: Selection, { shown, rest }: Ranking) {
  const { rows, features, values, baseValue } = selection;
  const places = shown.length + (rest.length > 0 ? 1 : 0);
  const paths = new Float64Array(rows * (places + 1));
  const low = new Array<number>(places + 1).fill(Number.POSITIVE_INFINITY);
  const high = new Array<number>(places + 1).fill(Number.NEGATIVE_INFINITY);
  for (let r = 0; r < rows; r++) {
    let level = baseValue;
    for (let step = 0; step <= places; step++) {
      if (step > 0) {
        const place = places - step;
        level += place < shown.length ? values[r * features + shown[place]!]! : restOf(selection, rest, r);
      }
      paths[r * (places + 1) + step] = level;
      low[step] = Math.min(low[step]!, level);
      high[step] = Math.max(high[step]!, level);
    }
  }
  return { paths, low, high };
}

function labelsOf(selection: Selection, { shown, rest }: Ranking, settings: PlotSettings) {
  const { featureNames, data, rows } = selection;
  const labels: { name: string; value?: string; quiet?: boolean }[] = shown.map((f) => ({
    name: featureNames[f]!,
    value: rows === 1 ? featureValueText(settings, featureNames[f]!, data[f]!) : undefined,
  }));
  if (rest.length > 0) labels.push({ name: restLabel(rest.length, shown.length), quiet: true });
  return labels;
}

/** All rows, or as many as can be told apart, spread evenly over the outputs. */
function chosenLines({ rows, outputs }: Selection): readonly number[] {
  const sorted = Array.from(outputs, (_, r) => r).sort((a, b) => outputs[a]! - outputs[b]! || a - b);
  if (rows <= MOST_LINES) return sorted;
  return Array.from(
    { length: MOST_LINES },
    (_, i) => sorted[Math.round((i * (rows - 1)) / (MOST_LINES - 1))]!,
  );
}

function padded([low, high]: [number, number]): [number, number] {
  const room = (high - low) * 0.03;
  return [low - room, high + room];
}
