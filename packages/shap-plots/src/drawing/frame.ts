import type { PlotSettings } from "../options.js";
import { element, escapeText, textElement, translated } from "./svg.js";
import { cutToWidth, FONT_FAMILY } from "./text-width.js";

/** Free space on every side. */
export const MARGIN = 24;
const TITLE_SIZE = 16;
const SUBTITLE_SIZE = 12.5;

export interface Drawing {
  /** Height of the body in px, margins not counted. */
  readonly height: number;
  /** What the plot is, for readers who cannot see it, where it has no title of its own: `Beeswarm plot`. */
  readonly name: string;
  /** What the plot shows, in a sentence or two, for readers who cannot see it. */
  readonly description: string;
  /** Markup; (0, 0) is the upper left corner below the heading. */
  readonly body: string;
}

/** The whole document: paper, heading, accessible name and description, body. */
export function frame(settings: PlotSettings, drawing: Drawing): string {
  const { width, title, subtitle, palette, theme } = settings;
  const top = MARGIN + headingHeight(settings);
  const height = Math.ceil(top + drawing.height + MARGIN);
  const room = width - 2 * MARGIN;
  const heading = [
    title === undefined
      ? ""
      : textElement(
          { x: MARGIN, y: MARGIN + 12, "font-size": TITLE_SIZE, "font-weight": 600 },
          cutToWidth(title, room / 1.07, TITLE_SIZE),
          title,
        ),
    subtitle === undefined
      ? ""
      : textElement(
          {
            x: MARGIN,
            y: MARGIN + (title === undefined ? 10 : 32),
            "font-size": SUBTITLE_SIZE,
            fill: palette.muted,
          },
          cutToWidth(subtitle, room, SUBTITLE_SIZE),
          subtitle,
        ),
  ].join("");
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      role: "img",
      class: `shap-plot shap-${theme}`,
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": FONT_FAMILY,
      "font-size": 12,
      fill: palette.ink,
      style: "font-variant-numeric:tabular-nums",
    },
    element("title", {}, escapeText(title ?? drawing.name)),
    element("desc", {}, escapeText(drawing.description)),
    palette.css === "" ? "" : element("style", {}, palette.css),
    settings.background ? element("rect", { width, height, fill: palette.paper }) : "",
    heading,
    translated(0, top, drawing.body),
  )}\n`;
}

function headingHeight({ title, subtitle }: PlotSettings): number {
  return (title === undefined ? 0 : 30) + (subtitle === undefined ? 0 : 22);
}
