import { ShapeError } from "shap-core";
import { type Palette, palette, type Theme } from "./drawing/palette.js";

/** What every plot understands. */
export interface PlotOptions {
  /**
   * The row to draw, or the rows: zero-based indexes into the explanation. Default: all rows; `waterfall` draws one
   * row, the first where none is named. An index that is no row's is an error.
   */
  readonly row?: number | readonly number[];
  /**
   * The output to draw: its name, or its zero-based index. Default: the only one. An explanation of several
   * outputs is not drawn without a choice: the error names them.
   */
  readonly output?: string | number;
  /**
   * How many features to show, the most important first. Where there are more, the last place sums up the rest, so
   * 10 shows nine features and "Sum of 491 other features". Default 10, for `decision` and `violin` 20; at least 1;
   * `Infinity` shows all.
   */
  readonly maxDisplay?: number;
  /** Width in px; the height follows from what is drawn. Default 720; at least 360. */
  readonly width?: number;
  /** Default `light`. `auto` follows the reader's `prefers-color-scheme`, also inside an `<img>`. */
  readonly theme?: Theme;
  /** Whether to paint the paper behind the plot. Default true; without it the page shows through. */
  readonly background?: boolean;
  /** A heading; it is also the accessible name. Default: no heading, and a name such as `Beeswarm plot`. Cut where too wide. */
  readonly title?: string;
  /** A line below the heading. Default: none. Cut where too wide. */
  readonly subtitle?: string;
  /**
   * Units of feature values, by feature name: `{ loan_amount: "$", term_years: "years", rate: "%" }`. A currency sign
   * stands before the number, a percent or degree sign right behind it, anything else behind it after a blank.
   * Default: none. A name that is no feature's is an error.
   */
  readonly units?: Readonly<Record<string, string>>;
  /**
   * Names of a categorical feature's codes 0, 1, 2, ..., by feature name: `{ rate_type: ["fixed", "adjustable"] }`.
   * Default: none. A code without a name is shown as a number; a name that is no feature's is an error.
   */
  readonly categories?: Readonly<Record<string, readonly string[]>>;
  /** The unit of the model's output, for axis labels: `log-odds`, `$`. Default: none. */
  readonly outputUnit?: string;
}

/** PlotOptions with every default filled in and every value checked. */
export interface PlotSettings {
  readonly maxDisplay: number;
  readonly width: number;
  readonly theme: Theme;
  readonly palette: Palette;
  readonly background: boolean;
  readonly title: string | undefined;
  readonly subtitle: string | undefined;
  readonly units: Readonly<Record<string, string>>;
  readonly categories: Readonly<Record<string, readonly string[]>>;
  readonly outputUnit: string | undefined;
}

const DEFAULT_WIDTH = 720;
const MINIMUM_WIDTH = 360;
const themes: readonly Theme[] = ["light", "dark", "auto"];

/**
 * Fills in the defaults.
 * @throws ShapeError naming the option that does not fit, and what would
 */
export function plotSettings(
  options: PlotOptions,
  featureNames: readonly string[],
  defaultMaxDisplay = 10,
): PlotSettings {
  const { maxDisplay = defaultMaxDisplay, width = DEFAULT_WIDTH, theme = "light" } = options;
  const { units = {}, categories = {} } = options;
  if (!(maxDisplay >= 1) || (Number.isFinite(maxDisplay) && !Number.isInteger(maxDisplay))) {
    throw new ShapeError(`maxDisplay must be a whole number from 1 on, or Infinity; got ${maxDisplay}`);
  }
  if (!(width >= MINIMUM_WIDTH) || !Number.isFinite(width)) {
    throw new ShapeError(`width must be a number of px from ${MINIMUM_WIDTH} on; got ${width}`);
  }
  if (!themes.includes(theme)) {
    throw new ShapeError(`theme must be ${themes.join(", ")}; got ${JSON.stringify(theme)}`);
  }
  checkNames("units", units, featureNames);
  checkNames("categories", categories, featureNames);
  return {
    maxDisplay,
    width,
    theme,
    palette: palette(theme),
    background: options.background ?? true,
    title: options.title,
    subtitle: options.subtitle,
    units,
    categories,
    outputUnit: options.outputUnit,
  };
}

function checkNames(option: string, byName: object, featureNames: readonly string[]): void {
  const known = new Set(featureNames);
  for (const name of Object.keys(byName)) {
    if (!known.has(name)) {
      throw new ShapeError(`${option}: ${JSON.stringify(name)} is no feature of this explanation`, {
        column: name,
      });
    }
  }
}
