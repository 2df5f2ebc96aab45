import { scaleLinear } from "d3-scale";
import { roomyDomain, TICK_SIZE, verticalRule } from "../drawing/axes.js";
import { outputLabel } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { LEADER_GAP, type PlacedLabel, placeLabels, type WantedLabel } from "../drawing/leader-labels.js";
import { tickTexts } from "../drawing/numbers.js";
import { signPaint } from "../drawing/palette.js";
import { coordinate, element, escapeText, textElement, tooltipElement } from "../drawing/svg.js";
import { cutToWidth, textWidth } from "../drawing/text-width.js";
import { describeRow, inWords, oneRow, type Reason } from "../one-row.js";
import type { PlotSettings } from "../options.js";
import type { Selection } from "../selection.js";

const LEVEL_Y = 12;
const AXIS_Y = 44;
const BAND_Y = 58;
const BAND = 30;
const TIP = 6;
const LABEL_SIZE = 12;
const LINE = 21;
const MOST_LINES = 12;

/** A reason and the stretch of the output's axis that it pushes over. */
interface Segment {
  readonly reason: Reason;
  /** Where it begins, and where it ends on the side of the output. */
  readonly from: number;
  readonly to: number;
}

/** One row's reasons as a band: what raises the output comes from the left, what lowers it from the right. */
export function forceOfOne(selection: Selection, settings: PlotSettings): string {
  const { palette, width } = settings;
  const row = oneRow(selection, settings, "force");
  const segments = segmentsOf(row.reasons, row.output);
  const ends = segments.flatMap(({ from, to }) => [from, to]);
  const x = scaleLinear()
    .domain(roomyDomain(Math.min(row.baseValue, ...ends), Math.max(row.baseValue, ...ends)))
    .range([MARGIN + 8, width - MARGIN - 8]);
  const at = x(row.output);
  const placed = placedLabels();
  const lines = Math.max(1, ...placed.map((label) => (label === undefined ? 0 : label.line + 1)));
  const labelTop = BAND_Y + BAND + 24;
  const leftOver = flow(segments.filter((_, index) => placed[index] === undefined));
  const leftOverLines = leftOver.length === 0 ? 0 : leftOver.at(-1)!.line + 1;

  const parts = [
    axis(),
    ...levels(),
    ...segments.map(drawSegment),
    verticalRule(at, LEVEL_Y + 6, BAND_Y + BAND + 4, palette.ink),
    ...segments.map((segment, index) => drawLabel(segment, placed[index])),
    ...leftOver.map(({ segment, left, line }) =>
      labelText(segment, left, labelTop + (lines + line) * LINE, undefined),
    ),
  ];
  return frame(settings, {
    height: labelTop + (lines + leftOverLines) * LINE - 14,
    name: `Force plot of row ${row.index}`,
    description: describeRow(row),
    body: parts.join(""),
  });

  function axis(): string {
    const [left, right] = x.range() as [number, number];
    // The line of the output needs its own place between the numbers.
    const ticks = tickTexts(x, right - left).filter(
      ({ value, text }) => Math.abs(x(value) - at) > textWidth(text, TICK_SIZE) / 2 + 8,
    );
    return element(
      "g",
      { "font-size": TICK_SIZE, fill: palette.muted, "text-anchor": "middle" },
      element("path", {
        d: ticks.map(({ value }) => `M${coordinate(x(value))} ${AXIS_Y + 4}V${BAND_Y + BAND + 4}`).join(""),
        stroke: palette.grid,
      }),
      ...ticks.map(({ value, text }) => textElement({ x: x(value), y: AXIS_Y }, text)),
    );
  }

  /** The output's and the base value's names above the axis; the base value's gives way. */
  function levels(): string[] {
    const output = `f(x) = ${row.levels.output}`;
    const unit = outputLabel(settings, selection.outputName);
    const base = `E[f(X)] = ${row.levels.base}`;
    const outputHalf = (textWidth(output, 14, "bold") * 1.03) / 2;
    const baseHalf = (textWidth(base, LABEL_SIZE) * 1.03) / 2;
    const inside = (centre: number, half: number) =>
      Math.min(width - MARGIN - half, Math.max(MARGIN + half, centre));
    const outputAt = inside(at, outputHalf);
    let baseAt = inside(x(row.baseValue), baseHalf);
    if (Math.abs(baseAt - outputAt) < outputHalf + baseHalf + 14) {
      const side = x(row.baseValue) >= at ? 1 : -1;
      baseAt = outputAt + side * (outputHalf + baseHalf + 14);
      if (inside(baseAt, baseHalf) !== baseAt) baseAt = outputAt - side * (outputHalf + baseHalf + 14);
    }
    const free = Math.min(outputAt - outputHalf, baseAt - baseHalf);
    const unitWidth = textWidth(unit, TICK_SIZE) * 1.03;
    return [
      textElement(
        { x: outputAt, y: LEVEL_Y, "font-size": 14, "font-weight": 600, "text-anchor": "middle" },
        output,
      ),
      textElement(
        { x: baseAt, y: LEVEL_Y, "font-size": LABEL_SIZE, "text-anchor": "middle", fill: palette.muted },
        base,
      ),
      verticalRule(x(row.baseValue), AXIS_Y + 4, BAND_Y + BAND + 4, palette.rule, "2 3"),
      free - MARGIN > unitWidth + 14
        ? textElement({ x: MARGIN, y: LEVEL_Y, "font-size": TICK_SIZE, fill: palette.muted }, unit)
        : "",
    ];
  }

  /** An arrow towards the output, hollowed at its start so that neighbours fit into each other. */
  function drawSegment({ reason, from, to }: Segment): string {
    const rises = reason.contribution > 0;
    const sign = rises ? 1 : -1;
    const [start, end] = [x(from), x(to)];
    const tip = Math.min(TIP, Math.abs(end - start)) * sign;
    const [top, middle, bottom] = [BAND_Y, BAND_Y + BAND / 2, BAND_Y + BAND];
    const point = (px: number, py: number) => `${coordinate(px)} ${coordinate(py)}`;
    const d = `M${point(start - tip, top)}L${point(end - tip, top)}L${point(end, middle)}L${point(end - tip, bottom)}L${point(start - tip, bottom)}L${point(start, middle)}Z`;
    return element(
      "path",
      { d, fill: rises ? palette.positive : palette.negative, stroke: palette.paper, "stroke-width": 1 },
      tooltipElement(inWords(reason, row.numbers)),
    );
  }

  function placedLabels(): (PlacedLabel | undefined)[] {
    const wanted = segments.map(
      (segment): WantedLabel => ({
        at: handle(segment),
        width: labelWidth(segment),
        side: segment.reason.contribution > 0 ? "right" : "left",
      }),
    );
    return placeLabels(wanted, MOST_LINES, MARGIN, width - MARGIN);
  }

  function labelWidth(segment: Segment): number {
    const { subject, number } = labelTexts(segment);
    return (textWidth(`${subject}  `, LABEL_SIZE) + textWidth(number, LABEL_SIZE, "bold")) * 1.03;
  }

  /** Labels that no leader can reach are set below the others, one after another. */
  function flow(rest: readonly Segment[]): { segment: Segment; left: number; line: number }[] {
    let [left, line] = [MARGIN, 0];
    return rest.map((segment) => {
      const room = labelWidth(segment);
      if (left > MARGIN && left + room > width - MARGIN) [left, line] = [MARGIN, line + 1];
      const place = { segment, left, line };
      left += room + 22;
      return place;
    });
  }

  /** Leaders hang near a segment's outer end, so that its text runs inwards below it. */
  function handle({ from, to }: Segment): number {
    const length = x(to) - x(from);
    return x(from) + Math.sign(length) * Math.min(Math.abs(length) / 2, 14);
  }

  function labelTexts({ reason }: Segment): { subject: string; whole: string; number: string } {
    const whole = reason.value === undefined ? reason.name : `${reason.name} = ${reason.value}`;
    const value = reason.value === undefined ? "" : ` = ${cutToWidth(reason.value, 110, LABEL_SIZE)}`;
    const subject = cutToWidth(reason.name, 180, LABEL_SIZE) + value;
    return { subject, whole, number: row.numbers.signed(reason.contribution) };
  }

  function drawLabel(segment: Segment, place: PlacedLabel | undefined): string {
    if (place === undefined) return "";
    const at = handle(segment);
    const y = labelTop + place.line * LINE;
    const leader = element("path", {
      d: `M${coordinate(at)} ${BAND_Y + BAND + 3}V${y}`,
      stroke: palette.rule,
    });
    const text =
      place.side === "right"
        ? labelText(segment, at + LEADER_GAP, y, undefined)
        : labelText(segment, at - LEADER_GAP, y, "end");
    return leader + text;
  }

  function labelText(segment: Segment, x: number, y: number, anchor: "end" | undefined): string {
    const { subject, whole, number } = labelTexts(segment);
    return element(
      "text",
      { x, y, "font-size": LABEL_SIZE, "text-anchor": anchor },
      whole === subject ? "" : tooltipElement(whole),
      `${escapeText(subject)}\u00a0 `,
      element(
        "tspan",
        { "font-weight": 600, fill: signPaint(segment.reason.contribution, palette) },
        escapeText(number),
      ),
    );
  }
}

/** The largest reason of each side lies next to the output; reasons of zero push nothing and are left out. */
function segmentsOf(reasons: readonly Reason[], output: number): Segment[] {
  let [low, high] = [output, output];
  return reasons
    .filter(({ contribution }) => contribution !== 0)
    .map((reason) => {
      const to = reason.contribution > 0 ? low : high;
      const from = to - reason.contribution;
      if (reason.contribution > 0) low = from;
      else high = from;
      return { reason, from, to };
    });
}
