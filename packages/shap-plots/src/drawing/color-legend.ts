import { MISSING } from "./feature-value.js";
import type { Palette } from "./palette.js";
import { element, textElement } from "./svg.js";
import { cutToWidth, textWidth } from "./text-width.js";

export const LEGEND_HEIGHT = 26;
const SIZE = 11;
const BAR_WIDTH = 96;
const BAR_HEIGHT = 8;

interface ColorLegend {
  readonly label: string;
  readonly low: string;
  readonly high: string;
  readonly colors: readonly string[];
  /** Whether to explain the colour of missing values. */
  readonly missing: boolean;
  /** Where the legend ends, in px. */
  readonly right: number;
  /** How much room there is. */
  readonly room: number;
  readonly palette: Palette;
}

/** One line that explains a ramp of colours: label, low, ramp, high, and the colour of missing values. */
export function colorLegend({
  label,
  low,
  high,
  colors,
  missing,
  right,
  room,
  palette,
}: ColorLegend): string {
  const parts: string[] = [];
  let x = right;
  const put = (text: string, gap: number, whole?: string) => {
    parts.unshift(textElement({ x, y: 12, "text-anchor": "end" }, text, whole));
    x -= textWidth(text, SIZE) + gap;
  };
  if (missing) {
    put(MISSING, 8);
    parts.unshift(element("circle", { cx: x, cy: 8.5, r: 3.5, fill: palette.missing }));
    x -= 20;
  }
  const longest = room / 5;
  put(cutToWidth(high, longest, SIZE), 8, high);
  const gradient = horizontalGradient(colors.map((color, i) => [i / (colors.length - 1), color]));
  x -= BAR_WIDTH;
  parts.unshift(
    gradient.definition,
    element("rect", {
      x,
      y: 8.5 - BAR_HEIGHT / 2,
      width: BAR_WIDTH,
      height: BAR_HEIGHT,
      rx: 2,
      fill: gradient.paint,
    }),
  );
  x -= 8;
  put(cutToWidth(low, longest, SIZE), 14, low);
  put(cutToWidth(label, Math.max(40, x - (right - room)), SIZE), 0, label);
  return element("g", { "font-size": SIZE, fill: palette.muted }, ...parts);
}

/**
 * A gradient from left to right over the shape that is painted with it. Its id comes from its content, so that
 * plots on one page never take each other's colours.
 */
export function horizontalGradient(stops: readonly (readonly [offset: number, color: string])[]): {
  definition: string;
  paint: string;
} {
  const content = stops
    .map(([offset, color]) =>
      element("stop", { offset: Math.round(offset * 1000) / 1000, "stop-color": color }),
    )
    .join("");
  const id = `shap-${hash(content)}`;
  return { definition: element("linearGradient", { id }, content), paint: `url(#${id})` };
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), run twice with different seeds for 64. */
function hash(text: string): string {
  const run = (seed: number) => {
    let state = seed;
    for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return state.toString(36);
  };
  return run(0x811c9dc5) + run(0x01000193);
}
