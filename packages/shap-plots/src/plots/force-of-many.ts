import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { centredText, leftAxis, roomyDomain, sideLabel, TICK_SIZE } from "../drawing/axes.js";
import { outputLabel } from "../drawing/feature-value.js";
import { frame, MARGIN } from "../drawing/frame.js";
import { columnOfNumbers, countText, tickTexts } from "../drawing/numbers.js";
import { coordinate, element, textElement, tooltipElement } from "../drawing/svg.js";
import { cutToWidth, textWidth } from "../drawing/text-width.js";
import { manyRows } from "../many-rows.js";
import type { PlotOptions, PlotSettings } from "../options.js";
import type { Selection } from "../selection.js";
import { meansOfRuns } from "../statistics/means-of-runs.js";
import { orderRows, type RowOrder } from "../statistics/row-order.js";

export interface ForceOptions extends PlotOptions {
  /**
   * The order of many rows from left to right: `output` sorts by the model's output, `similarity` puts rows with like
   * reasons side by side, `given` keeps the explanation's order. Default `output`; no effect on one row.
   */
  readonly order?: RowOrder;
}

const HEIGHT = 300;
const TOP = 26;
/** More would be finer than the eye can follow: neighbours are averaged. */
const MOST_COLUMNS = 120;

interface Band {
  readonly name: string;
  /** How much the feature pushes up and down in each column; both at least zero. */
  readonly up: Float64Array;
  readonly down: Float64Array;
}

/** Many rows side by side: below the line of outputs what raises them, above it what lowers them. */
export function forceOfMany(selection: Selection, settings: PlotSettings, order: RowOrder): string {
  const { palette, width } = settings;
  const strips = manyRows(selection, settings);
  const rows = orderRows(selection, order);
  const columns = Math.min(selection.rows, MOST_COLUMNS);
  const outputs = meansOfRuns(selection.outputs, rows, columns);
  const bands: Band[] = strips.features.map(({ values }, index) => ({
    name: strips.labels[index]!.name,
    up: meansOfRuns(
      values.map((value) => Math.max(0, value)),
      rows,
      columns,
    ),
    down: meansOfRuns(
      values.map((value) => Math.max(0, -value)),
      rows,
      columns,
    ),
  }));
  const rising = stack(bands, outputs, "up");
  const falling = stack(bands, outputs, "down");
  const y = scaleLinear()
    .domain(
      roomyDomain(
        Math.min(selection.baseValue, ...rising.at(-1)!),
        Math.max(selection.baseValue, ...falling.at(-1)!),
      ),
    )
    .range([TOP + HEIGHT, TOP]);
  const ticks = tickTexts(y, 1e4, 6);
  const tickRoom = Math.max(...ticks.map(({ text }) => textWidth(text, TICK_SIZE)));
  const left = MARGIN + 20 + Math.ceil(tickRoom) + 10;
  const right = width - MARGIN;
  const x = scaleLinear().domain([0, columns]).range([left, right]);
  // Few rows are columns with edges: a slope between two rows would mean nothing.
  const smooth = columns > 60;
  const edgeIndexes = Array.from({ length: columns + 1 }, (_, i) => i);

  const parts = [
    legend(),
    leftAxis({ scale: y, left, right, ticks, palette }),
    ...bands.flatMap((band, index) => [
      drawBand(band, index, rising, palette.positive, "raises"),
      drawBand(band, index, falling, palette.negative, "lowers"),
    ]),
    element("path", {
      d: `M${left} ${coordinate(y(selection.baseValue))}H${right}`,
      stroke: palette.ink,
      "stroke-opacity": 0.6,
      "stroke-dasharray": "2 3",
    }),
    outputLine(),
    sideLabel(outputLabel(settings, selection.outputName), MARGIN + 10, TOP + HEIGHT / 2, HEIGHT, palette),
    centredText(
      orderText(selection.rows, columns, order),
      (left + right) / 2,
      TOP + HEIGHT + 24,
      width,
      palette,
    ),
  ];
  const texts = columnOfNumbers(Math.max(...outputs.map(Math.abs), Math.abs(selection.baseValue)));
  return frame(settings, {
    height: TOP + HEIGHT + 29,
    name: "Force plot of many rows",
    description: `${countText(selection.rows)} rows around the base value ${texts.plain(selection.baseValue)}: ${strips.summary}.`,
    body: parts.join(""),
  });

  function drawBand(band: Band, index: number, edges: Float64Array[], fill: string, verb: string): string {
    const [inner, outer] = [edges[index]!, edges[index + 1]!];
    const shape = area<number>()
      .digits(1)
      .x((i) => x(i))
      .y0((i) => y(inner[Math.min(columns - 1, i)]!))
      .y1((i) => y(outer[Math.min(columns - 1, i)]!));
    const d = smooth ? shape(edgeIndexes) : steps(inner, outer);
    return element(
      "path",
      {
        d: d ?? "",
        fill,
        "fill-opacity": shade(index),
        stroke: palette.paper,
        "stroke-width": 0.4,
      },
      tooltipElement(`${band.name} ${verb} the output`),
    );
  }

  /** Columns with edges. */
  function steps(inner: Float64Array, outer: Float64Array): string {
    const out: string[] = [];
    const back: string[] = [];
    for (let i = 0; i < columns; i++) {
      const [from, to] = [coordinate(x(i)), coordinate(x(i + 1))];
      out.push(`${from} ${coordinate(y(outer[i]!))}L${to} ${coordinate(y(outer[i]!))}`);
      back.unshift(`${to} ${coordinate(y(inner[i]!))}L${from} ${coordinate(y(inner[i]!))}`);
    }
    return `M${out.join("L")}L${back.join("L")}Z`;
  }

  function outputLine(): string {
    const path = line<number>()
      .digits(1)
      .x((i) => x(i))
      .y((i) => y(outputs[Math.min(columns - 1, i)]!));
    const stepped = Array.from(
      outputs,
      (output, i) => `${coordinate(x(i))} ${coordinate(y(output))}H${coordinate(x(i + 1))}`,
    );
    const d = smooth ? path(edgeIndexes) : `M${stepped.join("L")}`;
    return element("path", { d: d ?? "", fill: "none", stroke: palette.ink, "stroke-width": 1.4 });
  }

  /** What the two colours mean, and as many of the bands' names as fit, each with its shade. */
  function legend(): string {
    const size = 11;
    const parts: string[] = [];
    let at = left;
    const entry = (text: string, paints: readonly string[], opacity: number, gap: number) => {
      const room = 15 + textWidth(text, size) * 1.03;
      if (at + room > right) return false;
      const share = 10 / paints.length;
      paints.forEach((fill, i) => {
        parts.push(
          element("rect", {
            x: at + i * share,
            y: 2,
            width: share,
            height: 10,
            fill,
            "fill-opacity": opacity === 1 ? undefined : opacity,
          }),
        );
      });
      parts.push(textElement({ x: at + 15, y: 11 }, text));
      at += room + gap;
      return true;
    };
    entry("raises the output", [palette.positive], 1, 14);
    entry("lowers it", [palette.negative], 1, 30);
    bands.every(({ name }, index) =>
      entry(cutToWidth(name, 130, size), [palette.positive, palette.negative], shade(index), 14),
    );
    return element("g", { "font-size": size, fill: palette.muted }, ...parts);
  }
}

/** The strongest band is full, each next one paler. */
function shade(index: number): number {
  return Math.max(0.18, Math.round((1 - index * 0.13) * 100) / 100);
}

/** The edges of the bands from the outputs outwards: what raises lies below, what lowers above. */
function stack(bands: readonly Band[], outputs: Float64Array, side: "up" | "down"): Float64Array[] {
  const edges = [outputs];
  for (const band of bands) {
    const last = edges.at(-1)!;
    edges.push(last.map((edge, i) => (side === "up" ? edge - band.up[i]! : edge + band.down[i]!)));
  }
  return edges;
}

function orderText(rows: number, columns: number, order: RowOrder): string {
  const orders = { output: "sorted by output", similarity: "alike side by side", given: "in their order" };
  const means = rows > columns ? `; each column is the mean of about ${Math.round(rows / columns)}` : "";
  return `${countText(rows)} rows, ${orders[order]}${means}`;
}
