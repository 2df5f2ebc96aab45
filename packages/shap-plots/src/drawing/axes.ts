import type { ScaleLinear } from "d3-scale";
import { SMALLEST_SPAN } from "../drawable.js";
import { MARGIN } from "./frame.js";
import { tickTexts } from "./numbers.js";
import type { Palette } from "./palette.js";
import { coordinate, element, textElement } from "./svg.js";
import { cutToWidth, textWidth } from "./text-width.js";

export const TICK_SIZE = 11;
export const AXIS_LABEL_SIZE = 12;
/** What a bottom axis with its label takes below the plot. */
export const BOTTOM_AXIS_HEIGHT = 42;

export interface Tick {
  readonly value: number;
  readonly text: string;
}

interface BottomAxis {
  readonly scale: ScaleLinear<number, number>;
  /** Where grid lines begin and where the axis lies. */
  readonly top: number;
  readonly y: number;
  readonly label: string;
  /** Of the whole plot: the label may be wider than the axis. */
  readonly width: number;
  readonly palette: Palette;
  /** Default: as many as fit. */
  readonly ticks?: readonly Tick[];
  /** A value whose line is drawn stronger, such as zero. Default: none. */
  readonly ruleAt?: number;
}

/** Grid lines, ticks and a label below a plot. */
export function bottomAxis({ scale, top, y, label, width, palette, ruleAt, ...rest }: BottomAxis): string {
  const [left, right] = scale.range() as [number, number];
  const ticks = rest.ticks ?? tickTexts(scale, right - left);
  const lines = ticks.map(({ value }) => `M${coordinate(scale(value))} ${coordinate(top)}V${coordinate(y)}`);
  return [
    element("path", { d: lines.join(""), stroke: palette.grid }),
    ruleAt === undefined ? "" : verticalRule(scale(ruleAt), top, y, palette.rule),
    element(
      "g",
      { "font-size": TICK_SIZE, fill: palette.muted, "text-anchor": "middle" },
      ...ticks.map(({ value, text }) => textElement({ x: scale(value), y: y + 16 }, text)),
    ),
    centredText(label, (left + right) / 2, y + 37, width, palette),
  ].join("");
}

/** A quiet line of text, centred on `x` as far as the plot's edges allow, and cut where the plot is too narrow for it. */
export function centredText(text: string, x: number, y: number, width: number, palette: Palette): string {
  const shown = cutToWidth(text, (width - 2 * MARGIN) / 1.03, AXIS_LABEL_SIZE);
  const half = (textWidth(shown, AXIS_LABEL_SIZE) * 1.03) / 2;
  const place = {
    x: Math.min(width - MARGIN - half, Math.max(MARGIN + half, x)),
    y,
    "text-anchor": "middle",
  };
  return textElement({ ...place, "font-size": AXIS_LABEL_SIZE, fill: palette.muted }, shown, text);
}

interface LeftAxis {
  readonly scale: ScaleLinear<number, number>;
  readonly left: number;
  readonly right: number;
  readonly ticks: readonly Tick[];
  readonly palette: Palette;
  readonly ruleAt?: number;
}

/** Grid lines and ticks left of a plot. */
export function leftAxis({ scale, left, right, ticks, palette, ruleAt }: LeftAxis): string {
  const lines = ticks.map(
    ({ value }) => `M${coordinate(left)} ${coordinate(scale(value))}H${coordinate(right)}`,
  );
  const rule =
    ruleAt === undefined
      ? ""
      : element("path", {
          d: `M${coordinate(left)} ${coordinate(scale(ruleAt))}H${coordinate(right)}`,
          stroke: palette.rule,
        });
  return [
    element("path", { d: lines.join(""), stroke: palette.grid }),
    rule,
    element(
      "g",
      { "font-size": TICK_SIZE, fill: palette.muted, "text-anchor": "end" },
      ...ticks.map(({ value, text }) => textElement({ x: left - 8, y: scale(value) + 3.9 }, text)),
    ),
  ].join("");
}

/** A label that runs up the left side, centred on `y`. */
export function sideLabel(text: string, x: number, y: number, room: number, palette: Palette): string {
  return textElement(
    {
      transform: `translate(${coordinate(x)},${coordinate(y)}) rotate(-90)`,
      "font-size": AXIS_LABEL_SIZE,
      "text-anchor": "middle",
      fill: palette.muted,
    },
    cutToWidth(text, room, AXIS_LABEL_SIZE),
    text,
  );
}

export function verticalRule(
  x: number,
  top: number,
  bottom: number,
  stroke: string,
  dashes?: string,
): string {
  return element("path", {
    d: `M${coordinate(x)} ${coordinate(top)}V${coordinate(bottom)}`,
    stroke,
    "stroke-dasharray": dashes,
  });
}

/** A domain that is never a single point: a number alone gets room on both sides. */
export function roomyDomain(low: number, high: number): [number, number] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Closer together than float64 can tell apart in a scale's arithmetic is one point.
  if (high - low > Math.max(SMALLEST_SPAN, size * 1e-13)) return [low, high];
  const room = size < SMALLEST_SPAN ? 1 : size * 0.5;
  return [low - room, high + room];
}
