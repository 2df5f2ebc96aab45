import { scaleLinear } from "d3-scale";
import type { Explanation } from "shap-core";
import { arrowBar, barLabel, barLabelRoom } from "../drawing/arrow-bar.js";
import { BOTTOM_AXIS_HEIGHT, bottomAxis, roomyDomain, verticalRule } from "../drawing/axes.js";
import { outputLabel } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { signPaint } from "../drawing/palette.js";
import { rowLabels } from "../drawing/row-labels.js";
import { coordinate, element, textElement } from "../drawing/svg.js";
import { textWidth } from "../drawing/text-width.js";
import { describeRow, inWords, oneRow } from "../one-row.js";
import { type PlotOptions, plotSettings } from "../options.js";
import { select } from "../selection.js";

const ROW = 30;
const BAR = 20;
const LEVEL_SIZE = 12.5;

/**
 * How one row's output came about: from the base value at the bottom, each feature pushes up or down, the most
 * important last, to the output at the top. As `shap.plots.waterfall`.
 *
 * @param options `row` is one index; default 0. The feature's value stands beside its name; NaN reads `missing`.
 * @returns an SVG document
 * @throws ShapeError where an option does not fit the explanation
 */
export function waterfall(explanation: Explanation, options: PlotOptions = {}): string {
  const settings = plotSettings(options, explanation.featureNames);
  const selection = select(explanation, { row: 0, ...withoutUndefined(options) });
  const row = oneRow(selection, settings, "waterfall");
  const { palette, width } = settings;

  const labels = rowLabels(
    settings,
    row.reasons.map(({ name, value }) => ({ name, value, quiet: value === undefined })),
  );
  const steps = runningSums(row.output, row.reasons);
  const levels = steps.flatMap(({ from, to }) => [from, to]);
  const texts = row.reasons.map(({ contribution }) => row.numbers.signed(contribution));
  const numberRoom = Math.max(...texts.map(barLabelRoom));
  const [left, right] = [labels.right, width - MARGIN];
  const x = scaleLinear()
    .domain(roomyDomain(Math.min(...levels), Math.max(...levels)))
    .range([left + numberRoom, right - numberRoom]);

  const top = 26;
  const bottom = top + row.reasons.length * ROW + 24;
  const y = (index: number) => top + (index + 0.5) * ROW;
  const last = row.reasons.length - 1;
  const parts = [
    bottomAxis({
      scale: stretched(x, left, right),
      top,
      y: bottom,
      label: outputLabel(settings, selection.outputName),
      width,
      palette,
    }),
    verticalRule(x(row.output), top - 6, y(0), palette.rule, "2 3"),
    verticalRule(x(row.baseValue), y(last), bottom, palette.rule, "2 3"),
    level(`f(x) = ${row.levels.output}`, x(row.output), top - 12, 600),
    level(`E[f(X)] = ${row.levels.base}`, x(row.baseValue), bottom - 7, 400),
    labels.draw(y),
    ...connectors(),
    ...row.reasons.map((reason, index) => {
      const { from, to } = steps[index]!;
      const fill = signPaint(reason.contribution, palette);
      const tooltip = inWords(reason, row.numbers);
      const bar = { from: x(from), to: x(to), y: y(index) };
      return (
        arrowBar({ ...bar, height: BAR, fill, tooltip }) +
        barLabel({ ...bar, text: texts[index]!, left, right, color: fill, palette })
      );
    }),
  ];
  return frame(settings, {
    height: bottom + BOTTOM_AXIS_HEIGHT,
    name: `Waterfall plot of row ${row.index}`,
    description: describeRow(row),
    body: parts.join(""),
  });

  /** A level's name, centred on its place as far as the plot's edges allow. */
  function level(text: string, at: number, y: number, weight: number): string {
    const half = (textWidth(text, LEVEL_SIZE, weight > 500 ? "bold" : "normal") * 1.03) / 2;
    const centre = Math.min(right - half, Math.max(left + half, at));
    const halo = { stroke: palette.paper, "stroke-width": 4, "paint-order": "stroke" };
    return textElement(
      {
        x: centre,
        y,
        "font-size": LEVEL_SIZE,
        "font-weight": weight,
        "text-anchor": "middle",
        ...(settings.background ? halo : {}),
      },
      text,
    );
  }

  /** Thin lines that hand the level of each row up to the next. */
  function connectors(): string[] {
    const lines = steps
      .slice(1)
      .map(
        ({ to }, index) =>
          `M${coordinate(x(to))} ${coordinate(y(index + 1) - BAR / 2)}V${coordinate(y(index) + BAR / 2)}`,
      );
    return lines.length === 0 ? [] : [element("path", { d: lines.join(""), stroke: palette.rule })];
  }
}

/** From where to where each reason pushes; the first reason ends at the output, the last begins at the base value. */
function runningSums(output: number, reasons: readonly { contribution: number }[]) {
  let to = output;
  return reasons.map(({ contribution }) => {
    const step = { from: to - contribution, to };
    to = step.from;
    return step;
  });
}

/** The same scale, continued to the edges of the plot. */
function stretched(scale: ReturnType<typeof scaleLinear<number, number>>, left: number, right: number) {
  return scaleLinear()
    .domain([scale.invert(left), scale.invert(right)])
    .range([left, right]);
}

function withoutUndefined({ row, output }: PlotOptions): Pick<PlotOptions, "row" | "output"> {
  return row === undefined ? { output } : { row, output };
}
