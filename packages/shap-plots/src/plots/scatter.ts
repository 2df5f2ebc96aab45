import { bin, extent } from "d3-array";
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { type Explanation, ShapeError } from "shap-core";
import { isDrawable } from "../drawable.js";
import { bottomAxis, leftAxis, roomyDomain, sideLabel, TICK_SIZE, type Tick } from "../drawing/axes.js";
import { colorLegend, LEGEND_HEIGHT } from "../drawing/color-legend.js";
import { dots } from "../drawing/dots.js";
import { featureAxisLabel, featureValueText, MISSING } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { countText, numberText, tickTexts } from "../drawing/numbers.js";
import { coordinate, element, textElement } from "../drawing/svg.js";
import { cutToWidth, textWidth } from "../drawing/text-width.js";
import { type PlotOptions, plotSettings } from "../options.js";
import { column, featureIndex, select } from "../selection.js";
import { strongestInteraction } from "../statistics/approximate-interactions.js";
import { swarm } from "../statistics/swarm.js";
import { valueColors } from "../statistics/value-colors.js";

export interface ScatterOptions extends PlotOptions {
  /** The feature to draw: its name, or its zero-based index. No default: it must be given. */
  readonly feature: string | number;
  /**
   * The feature whose values colour the dots: a name, an index, `false` for one colour, or `auto` for the feature
   * that interacts most with the drawn one. Default `auto`; below 30 rows, or where nothing interacts, one colour.
   */
  readonly color?: string | number | false;
}

const HEIGHT = 320;
const HISTOGRAM_HEIGHT = 44;
const MISSING_WIDTH = 48;
const INFINITE_WIDTH = 44;
/** A feature of at most this many whole numbers is drawn as columns of dots. */
const MOST_CATEGORIES = 12;

/**
 * One feature's values against their contributions, row by row, coloured by the feature that interacts most with it;
 * below, how the values are distributed. As `shap.plots.scatter`.
 *
 * @param options `feature` must be given. Rows where it is missing stand in a column of their own at the left;
 *   where only the colouring feature is missing, the dot is grey. `maxDisplay` has no effect.
 * @returns an SVG document
 * @throws ShapeError where an option does not fit the explanation
 */
export function scatter(explanation: Explanation, options: ScatterOptions): string {
  if (options?.feature === undefined)
    throw new ShapeError("scatter needs `feature`: a feature's name or index");
  const settings = plotSettings(options, explanation.featureNames);
  const selection = select(explanation, options);
  const { palette, width } = settings;
  const { featureNames, features } = selection;
  const feature = featureIndex(featureNames, options.feature);
  const name = featureNames[feature]!;
  const contributions = column(selection.values, features, feature);
  const cells = column(selection.data, features, feature);
  const known = cells.filter(isDrawable);
  const absent = Array.from(cells, (_, r) => r).filter((r) => Number.isNaN(cells[r]!));
  const infinities = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY].filter((end) =>
    cells.some((cell) => asInfinity(cell) === end),
  );
  const colorBy = colorFeature();
  const colors = colorBy === undefined ? undefined : valueColors(column(selection.data, features, colorBy));

  const top = colors === undefined ? 4 : LEGEND_HEIGHT + 6;
  const floor = top + HEIGHT;
  const [low, high] = extent(contributions) as [number, number];
  const y = scaleLinear()
    .domain(roomyDomain(Math.min(0, low), Math.max(0, high)))
    .range([floor - HISTOGRAM_HEIGHT * 0.35, top + 6]);
  const yTicks = tickTexts(y, 1e4, 6);
  const left =
    MARGIN + 20 + Math.ceil(Math.max(...yTicks.map(({ text }) => textWidth(text, TICK_SIZE)))) + 10;
  const right = width - MARGIN;
  const missingCentre = left + MISSING_WIDTH / 2 + 6;
  const missingRoom = absent.length === 0 ? 0 : MISSING_WIDTH + 12;
  const categories = wholeNumbers(known);
  const x = horizontalScale();
  const radius = selection.rows <= 300 ? 2.8 : selection.rows <= 3000 ? 2 : 1.6;

  const parts = [
    colorBy === undefined || colors === undefined
      ? ""
      : colorLegend({
          label: featureNames[colorBy]!,
          low: featureValueText(settings, featureNames[colorBy]!, colors.low),
          high: featureValueText(settings, featureNames[colorBy]!, colors.high),
          colors: palette.values,
          missing: colors.missing,
          right,
          room: width - 2 * MARGIN,
          palette,
        }),
    leftAxis({ scale: y, left, right, ticks: yTicks, palette }),
    histogram(),
    bottomAxis({
      scale: x,
      top: floor,
      y: floor,
      label: featureAxisLabel(settings, name),
      width,
      palette,
      ticks: horizontalTicks(),
    }),
    element("path", { d: `M${left} ${coordinate(y(0))}H${right}`, stroke: palette.rule }),
    absent.length === 0 ? "" : endLabel(MISSING, missingCentre),
    ...infinities.map((end) => endLabel(numberText(end), infinitePlace(end))),
    sideLabel(`SHAP value of ${name}`, MARGIN + 10, top + HEIGHT / 2, HEIGHT, palette),
    drawnDots(),
  ];
  return frame(settings, {
    height: floor + 42,
    name: `Scatter plot of ${name}`,
    description: `SHAP values of ${name} against its values, ${countText(selection.rows)} rows${absent.length === 0 ? "" : `, ${countText(absent.length)} of them missing`}${colorBy === undefined ? "" : `, coloured by ${featureNames[colorBy]}`}.`,
    body: parts.join(""),
  });

  function colorFeature(): number | undefined {
    const { color = "auto" } = options;
    if (color === false) return undefined;
    if (color === "auto" && !featureNames.includes("auto")) return strongestInteraction(selection, feature);
    return featureIndex(featureNames, color);
  }

  function horizontalScale(): ScaleLinear<number, number> {
    const [smallest = 0, largest = 1] = extent(known) as [number, number] | [undefined, undefined];
    const [below, above] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY].map((end) =>
      infinities.includes(end) ? INFINITE_WIDTH : 10,
    );
    const scale = scaleLinear().range([left + missingRoom + below!, right - above!]);
    return categories === undefined
      ? scale.domain(roomyDomain(smallest, largest))
      : scale.domain([smallest - 0.5, largest + 0.5]);
  }

  function horizontalTicks(): readonly Tick[] {
    const [from, to] = x.range() as [number, number];
    if (known.length === 0) return [];
    if (categories === undefined) return tickTexts(x, to - from);
    const room = (to - from) / (x.domain()[1]! - x.domain()[0]!) - 8;
    const named = { ...settings, units: {} };
    return categories.map((value) => ({
      value,
      text: cutToWidth(featureValueText(named, name, value), room, TICK_SIZE),
    }));
  }

  /** How many rows have which value, in the background at the bottom. */
  function histogram(): string {
    const bars: { from: number; to: number; count: number }[] = [];
    if (categories !== undefined) {
      const half = Math.min(18, (x(1) - x(0)) * 0.4);
      for (const value of categories) {
        const count = known.reduce((sum, cell) => sum + (cell === value ? 1 : 0), 0);
        bars.push({ from: x(value) - half, to: x(value) + half, count });
      }
    } else if (known.length > 0) {
      const [from, to] = x.domain() as [number, number];
      const count = Math.round(Math.min(50, Math.max(8, 1.6 * Math.sqrt(known.length))));
      const edges = Array.from({ length: count - 1 }, (_, i) => from + ((i + 1) * (to - from)) / count);
      for (const values of bin().domain([from, to]).thresholds(edges)(known)) {
        bars.push({ from: x(values.x0!) + 0.5, to: x(values.x1!) - 0.5, count: values.length });
      }
    }
    if (absent.length > 0) {
      bars.push({ from: missingCentre - 12, to: missingCentre + 12, count: absent.length });
    }
    const most = Math.max(...bars.map(({ count }) => count), 1);
    const shapes = bars
      .filter(({ count }) => count > 0)
      .map(({ from, to, count }) => {
        const height = HISTOGRAM_HEIGHT * (count / most);
        return `M${coordinate(from)} ${floor}V${coordinate(floor - height)}H${coordinate(to)}V${floor}Z`;
      });
    return element("path", { d: shapes.join(""), fill: palette.grid });
  }

  /** Infinite values stand beyond the scale's ends. */
  function infinitePlace(value: number): number {
    return value > 0 ? right - 12 : left + missingRoom + 12;
  }

  /** A name in the line of the ticks for a column of dots beside the scale. */
  function endLabel(text: string, at: number): string {
    const place = { x: at, y: floor + 16, "text-anchor": "middle" };
    return textElement(
      { ...place, "font-size": TICK_SIZE, "font-style": "italic", fill: palette.muted },
      text,
    );
  }

  function drawnDots(): string {
    const heights = contributions.map((value) => y(value));
    const places = new Float64Array(cells.length);
    const order = colors?.positions ?? new Float64Array(cells.length);
    const spread = (rows: readonly number[], centre: number, room: number) => {
      const offsets = swarm(
        Float64Array.from(rows, (r) => heights[r]!),
        Float64Array.from(rows, (r) => order[r]!),
        2 * radius,
        room,
      );
      rows.forEach((r, i) => {
        places[r] = centre - offsets[i]!;
      });
    };
    if (absent.length > 0) spread(absent, missingCentre, MISSING_WIDTH - 2 * radius);
    if (categories === undefined) {
      cells.forEach((cell, r) => {
        if (isDrawable(cell)) places[r] = x(cell);
      });
    } else {
      const room = Math.min(120, (x(1) - x(0)) * 0.8) - 2 * radius;
      for (const value of categories) {
        const rows = Array.from(cells, (_, r) => r).filter((r) => cells[r] === value);
        spread(rows, x(value), Math.max(0, room));
      }
    }
    cells.forEach((cell, r) => {
      if (infinities.includes(asInfinity(cell))) places[r] = infinitePlace(cell);
    });
    const cell = selection.rows <= 3000 ? 0.5 : 1;
    return dots({ x: places, y: heights, color: colors?.positions, radius, cell, palette });
  }
}

/** What is too large for the scale counts as infinite. */
function asInfinity(value: number): number {
  return Number.isNaN(value) || isDrawable(value) ? value : Math.sign(value) * Number.POSITIVE_INFINITY;
}

/** The distinct values of a feature that has only a few whole numbers close together; undefined for any other. */
function wholeNumbers(known: Float64Array): readonly number[] | undefined {
  const distinct = new Set<number>();
  for (const value of known) {
    if (!Number.isInteger(value)) return undefined;
    distinct.add(value);
    if (distinct.size > MOST_CATEGORIES) return undefined;
  }
  const values = [...distinct].sort((a, b) => a - b);
  return values.length > 0 && values.at(-1)! - values[0]! < MOST_CATEGORIES * 1.5 ? values : undefined;
}
