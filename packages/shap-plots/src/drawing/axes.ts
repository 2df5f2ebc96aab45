import type { ScaleLinear } from "d3-scale";
import { tickTexts } from "./numbers.js";
import type { Palette } from "./palette.js";
import { coordinate, element, textElement } from "./svg.js";
import { cutToWidth } from "./text-width.js";

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
  readonly palette: Palette;
  /** Default: as many as fit. */
  readonly ticks?: readonly Tick[];
  /** A value whose line is drawn stronger, such as zero. Default: none. */
  readonly ruleAt?: number;
}

/** Grid lines, ticks and a label below a plot. */
export function bottomAxis({ scale, top, y, label, palette, ruleAt, ...rest }: BottomAxis): string {
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
    textElement(
      {
        x: (left + right) / 2,
        y: y + 37,
        "font-size": AXIS_LABEL_SIZE,
        "text-anchor": "middle",
        fill: palette.muted,
      },
      cutToWidth(label, right - left, AXIS_LABEL_SIZE),
      label,
    ),
  ].join("");
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
  if (high > low) return [low, high];
  const room = low === 0 ? 1 : Math.abs(low) * 0.5;
  return [low - room, high + room];
}
