import type { Palette } from "./palette.js";
import { coordinate, element, textElement, tooltipElement } from "./svg.js";
import { textWidth } from "./text-width.js";

const TIP = 5;
const LABEL_SIZE = 11.5;

interface ArrowBar {
  readonly from: number;
  readonly to: number;
  /** The middle of the bar. */
  readonly y: number;
  readonly height: number;
  readonly fill: string;
  readonly tooltip: string;
}

/** A bar whose end points where it pushes. Below half a pixel it is a line, so that nothing vanishes. */
export function arrowBar({ from, to, y, height, fill, tooltip }: ArrowBar): string {
  const length = Math.abs(to - from);
  const [top, middle, bottom] = [y - height / 2, y, y + height / 2].map(coordinate);
  if (length < 0.5) {
    return element(
      "path",
      { d: `M${coordinate(to)} ${top}V${bottom}`, stroke: fill },
      tooltipElement(tooltip),
    );
  }
  const shoulder = coordinate(to - Math.sign(to - from) * Math.min(TIP, length));
  const d = `M${coordinate(from)} ${top}H${shoulder}L${coordinate(to)} ${middle}L${shoulder} ${bottom}H${coordinate(from)}Z`;
  return element("path", { d, fill }, tooltipElement(tooltip));
}

interface BarLabel {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly y: number;
  /** The plot's edges: a label that would leave it moves to the other side of its bar. */
  readonly left: number;
  readonly right: number;
  readonly color: string;
  readonly palette: Palette;
}

/** A bar's number: inside where it fits, otherwise just past the bar's end, otherwise just before its start. */
export function barLabel({ text, from, to, y, left, right, color, palette }: BarLabel): string {
  const width = textWidth(text, LABEL_SIZE, "bold");
  const common = { y: y + 4.1, "font-size": LABEL_SIZE, "font-weight": 600 };
  if (Math.abs(to - from) > width + 16) {
    const x = (from + to) / 2 - Math.sign(to - from) * 2;
    return textElement({ x, ...common, fill: palette.onSign, "text-anchor": "middle" }, text);
  }
  let rightwards = to >= from;
  if (rightwards && Math.max(from, to) + 6 + width > right) rightwards = false;
  else if (!rightwards && Math.min(from, to) - 6 - width < left) rightwards = true;
  const x = rightwards ? Math.max(from, to) + 6 : Math.min(from, to) - 6;
  return textElement({ x, ...common, fill: color, "text-anchor": rightwards ? undefined : "end" }, text);
}

/** What a bar's number needs beside the bar. */
export function barLabelRoom(text: string): number {
  return textWidth(text, LABEL_SIZE, "bold") + 8;
}
