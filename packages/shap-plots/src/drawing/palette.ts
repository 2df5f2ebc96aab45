import { scaleLinear } from "d3-scale";

export type Theme = "light" | "dark" | "auto";

/** What a plot paints with. Each is a CSS colour, ready to stand in an attribute. */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  /** Grid lines. */
  readonly grid: string;
  /** Lines that mean something: zero, the base value, an axis. */
  readonly rule: string;
  /** What raises the output. */
  readonly positive: string;
  /** What lowers the output. */
  readonly negative: string;
  /** Text on `positive` and `negative`. */
  readonly onSign: string;
  /** Marks without a direction or a feature value: sums of other features, histograms. */
  readonly neutral: string;
  readonly missing: string;
  /** Feature values from low to high; lightness rises all the way, so it also reads in grey. */
  readonly values: readonly string[];
  /** Contributions from the most negative to the most positive; nothing in the middle. */
  readonly contributions: readonly string[];
  /** The CSS that `auto` needs; empty otherwise. */
  readonly css: string;
}

export const VALUE_COLORS = 17;
export const CONTRIBUTION_COLORS = 25;

interface Paints {
  readonly plain: Readonly<Record<PlainPaint, string>>;
  readonly values: readonly string[];
  readonly contributions: readonly string[];
}
type PlainPaint = Exclude<keyof Palette, "values" | "contributions" | "css">;

const light: Paints = {
  plain: {
    paper: "#ffffff",
    ink: "#1d2530",
    muted: "#5b6675",
    grid: "#e8ebef",
    rule: "#aab3be",
    positive: "#c8452f",
    negative: "#2766b1",
    onSign: "#ffffff",
    neutral: "#8f99a6",
    missing: "#a3acb8",
  },
  values: ramp(["#2b4b9b", "#7a4fb0", "#bb4f92", "#e4684f", "#f2a33a"], VALUE_COLORS),
  contributions: ramp(["#174a8c", "#5b93cf", "#f1f2f4", "#e38a6f", "#a82c19"], CONTRIBUTION_COLORS),
};

const dark: Paints = {
  plain: {
    paper: "#14181f",
    ink: "#e8ebf0",
    muted: "#9aa5b4",
    grid: "#272e38",
    rule: "#566172",
    positive: "#f2836b",
    negative: "#6ba8ee",
    onSign: "#14181f",
    neutral: "#7d8897",
    missing: "#6d7787",
  },
  values: ramp(["#4668dd", "#9070e2", "#d873b4", "#f48b73", "#fdc768"], VALUE_COLORS),
  contributions: ramp(["#8cc0fa", "#3f74b3", "#1f262f", "#b4553f", "#ff9d82"], CONTRIBUTION_COLORS),
};

const palettes: Readonly<Record<Theme, Palette>> = {
  light: asPalette(light, (paint) => paint, ""),
  dark: asPalette(dark, (paint) => paint, ""),
  auto: asPalette(light, (paint, name) => `var(--shap-${name},${paint})`, autoCss()),
};

/** The colours of a theme. `auto` follows the reader's `prefers-color-scheme` through CSS variables. */
export function palette(theme: Theme): Palette {
  return palettes[theme];
}

/** The colour of a contribution: what raises, what lowers, what does neither. */
export function signPaint(contribution: number, { positive, negative, neutral }: Palette): string {
  if (contribution === 0) return neutral;
  return contribution < 0 ? negative : positive;
}

/** A ramp's colour at a place from 0 (its beginning) to 1 (its end). */
export function rampPaint(ramp: readonly string[], place: number): string {
  return ramp[Math.min(ramp.length - 1, Math.floor(place * ramp.length))]!;
}

function asPalette(paints: Paints, paint: (color: string, name: string) => string, css: string): Palette {
  const plain = Object.fromEntries(
    Object.entries(paints.plain).map(([name, color]) => [name, paint(color, name)]),
  ) as Record<PlainPaint, string>;
  return {
    ...plain,
    values: paints.values.map((color, index) => paint(color, `v${index}`)),
    contributions: paints.contributions.map((color, index) => paint(color, `c${index}`)),
    css,
  };
}

function autoCss(): string {
  return `.shap-auto{${variables(light)}}@media(prefers-color-scheme:dark){.shap-auto{${variables(dark)}}}`;
}

function variables({ plain, values, contributions }: Paints): string {
  return [
    ...Object.entries(plain).map(([name, color]) => `--shap-${name}:${color}`),
    ...values.map((color, index) => `--shap-v${index}:${color}`),
    ...contributions.map((color, index) => `--shap-c${index}:${color}`),
  ].join(";");
}

function ramp(anchors: readonly string[], steps: number): string[] {
  const scale = scaleLinear<string>()
    .domain(anchors.map((_, index) => index / (anchors.length - 1)))
    .range(anchors);
  return Array.from({ length: steps }, (_, index) => toHex(scale(index / (steps - 1))));
}

function toHex(rgb: string): string {
  const parts = rgb.match(/\d+/g)!;
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
}
