import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import type { Explanation } from "shap-core";
import { SMALLEST_SPAN } from "../drawable.js";
import { BOTTOM_AXIS_HEIGHT, bottomAxis, verticalRule } from "../drawing/axes.js";
import { contributionLabel, restLabel } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { columnOfNumbers, countText } from "../drawing/numbers.js";
import { signPaint } from "../drawing/palette.js";
import { rowLabels } from "../drawing/row-labels.js";
import { element, textElement, tooltipElement } from "../drawing/svg.js";
import { textWidth } from "../drawing/text-width.js";
import { describeRow, inWords, oneRow } from "../one-row.js";
import { type PlotOptions, type PlotSettings, plotSettings } from "../options.js";
import { type Selection, select } from "../selection.js";
import { meanAbsolute, rank } from "../statistics/importance.js";

const ROW = 28;
const BAR = 17;
const NUMBER_SIZE = 11.5;

/**
 * How much each feature matters: over many rows the mean of the absolute contributions, for one row the
 * contributions themselves, to the right where they raise the output and to the left where they lower it.
 * As `shap.plots.bar`.
 *
 * @param options with one `row`, or for an explanation of one row, that row's contributions are drawn
 * @returns an SVG document
 * @throws ShapeError where an option does not fit the explanation
 */
export function bar(explanation: Explanation, options: PlotOptions = {}): string {
  const settings = plotSettings(options, explanation.featureNames);
  const selection = select(explanation, options);
  return selection.rows === 1 ? rowBars(selection, settings) : meanBars(selection, settings);
}

interface Bar {
  readonly name: string;
  readonly value?: string;
  readonly size: number;
  readonly quiet: boolean;
  readonly fill: string;
  readonly tooltip: string;
}

function meanBars(selection: Selection, settings: PlotSettings): string {
  const { palette } = settings;
  const importance = meanAbsolute(selection);
  const { shown, rest } = rank(importance, settings.maxDisplay);
  const numbers = columnOfNumbers(max(importance) ?? 0);
  const bars: Bar[] = shown.map((f) => ({
    name: selection.featureNames[f]!,
    size: importance[f]!,
    quiet: false,
    fill: palette.positive,
    tooltip: `${selection.featureNames[f]}: ${numbers.plain(importance[f]!)}`,
  }));
  if (rest.length > 0) {
    const size = rest.reduce((sum, f) => sum + importance[f]!, 0);
    const name = restLabel(rest.length, shown.length);
    bars.push({ name, size, quiet: true, fill: palette.neutral, tooltip: `${name}: ${numbers.plain(size)}` });
  }
  const target = selection.outputName === undefined ? "" : ` of ${selection.outputName}`;
  const unit = settings.outputUnit === undefined ? "" : ` (${settings.outputUnit})`;
  const listed = bars.slice(0, 5).map(({ name, size }) => `${name} ${numbers.plain(size)}`);
  return drawBars(settings, bars, {
    numbers: bars.map(({ size }) => numbers.plain(size)),
    label: `mean |SHAP value|${target}${unit}`,
    name: "Bar plot of feature importance",
    description: `Mean absolute SHAP value over ${countText(selection.rows)} rows: ${listed.join(", ")}.`,
  });
}

function rowBars(selection: Selection, settings: PlotSettings): string {
  const row = oneRow(selection, settings, "bar");
  const { palette } = settings;
  const bars = row.reasons.map((reason) => ({
    name: reason.name,
    value: reason.value,
    size: reason.contribution,
    quiet: reason.value === undefined,
    fill: signPaint(reason.contribution, palette),
    tooltip: inWords(reason, row.numbers),
  }));
  return drawBars(settings, bars, {
    numbers: bars.map(({ size }) => row.numbers.signed(size)),
    label: contributionLabel(settings, selection.outputName),
    name: `Bar plot of row ${row.index}`,
    description: describeRow(row),
  });
}

interface Wording {
  readonly numbers: readonly string[];
  readonly label: string;
  readonly name: string;
  readonly description: string;
}

function drawBars(settings: PlotSettings, bars: readonly Bar[], wording: Wording): string {
  const { palette, width } = settings;
  const labels = rowLabels(settings, bars);
  const numberRoom = Math.max(...wording.numbers.map((text) => textWidth(text, NUMBER_SIZE))) * 1.03 + 10;
  const low = Math.min(0, ...bars.map(({ size }) => size));
  const high = Math.max(0, ...bars.map(({ size }) => size));
  const x = scaleLinear()
    .domain(high - low > SMALLEST_SPAN ? [low, high] : [0, 1])
    .range([labels.right + (low < 0 ? numberRoom : 0), width - MARGIN - numberRoom]);
  const bottom = bars.length * ROW + 6;
  const y = (index: number) => (index + 0.5) * ROW;
  const parts = [
    bottomAxis({ scale: x, top: 0, y: bottom, label: wording.label, width, palette }),
    labels.draw(y),
    ...bars.map(({ size, fill, tooltip }, index) => {
      const [from, to] = size < 0 ? [x(size), x(0)] : [x(0), x(size)];
      const rectangle = { x: from, y: y(index) - BAR / 2, width: to - from, height: BAR, fill };
      return element("rect", rectangle, tooltipElement(tooltip));
    }),
    verticalRule(x(0), 0, bottom, palette.rule),
    element(
      "g",
      { "font-size": NUMBER_SIZE },
      ...bars.map(({ size }, index) => {
        const end = size < 0 ? { x: x(size) - 6, "text-anchor": "end" } : { x: x(size) + 6 };
        return textElement({ ...end, y: y(index) + 4.1 }, wording.numbers[index]!);
      }),
    ),
  ];
  return frame(settings, {
    height: bottom + BOTTOM_AXIS_HEIGHT,
    name: wording.name,
    description: wording.description,
    body: parts.join(""),
  });
}
