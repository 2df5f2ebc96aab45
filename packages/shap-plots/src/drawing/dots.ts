import type { Palette } from "./palette.js";
import { element } from "./svg.js";

export interface Dots {
  /** Centres in px. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Colour from 0 (low) to 1 (high); NaN is missing. Absent: all dots are neutral. */
  readonly color?: Float64Array;
  /** Radius in px. */
  readonly radius: number;
  /** Dots whose centres share a square of this many px become one dot of their mean colour. */
  readonly cell: number;
  readonly palette: Palette;
}

/** Dots of one colour are one path; several passes interleave the colours, so that none always lies on top. */
const PASSES = 3;

/**
 * Any number of dots in few bytes. What cannot be told apart by eye is drawn once: 200,000 points on a page are
 * some ten thousand places. A dot is a line of no length with round ends, four to eight bytes a dot.
 */
export function dots({ x, y, color, radius, cell, palette }: Dots): string {
  const paints = [...palette.values, palette.missing, palette.neutral];
  const neutral = paints.length - 1;
  const missing = paints.length - 2;
  const steps = palette.values.length;
  const layers = Array.from({ length: PASSES * paints.length }, () => [] as Place[]);
  for (const place of places(x, y, color, cell)) {
    let paint = neutral;
    if (color !== undefined) {
      const mean = place.sum / place.colored;
      paint = place.colored * 2 < place.count ? missing : Math.min(steps - 1, Math.floor(mean * steps));
    }
    const pass = (Math.imul(place.x * 73856093, 1) ^ Math.imul(place.y * 19349663, 1)) >>> 0;
    // Missing values lie below: they are no part of the picture of low and high.
    const layer = paint === missing ? 0 : pass % PASSES;
    layers[layer * paints.length + paint]!.push(place);
  }
  const paths = layers.map((layer, index) =>
    layer.length === 0
      ? ""
      : element("path", { d: zeroLengthLines(layer), stroke: paints[index % paints.length]! }),
  );
  return element(
    "g",
    {
      fill: "none",
      "stroke-linecap": "round",
      "stroke-width": (2 * radius) / cell,
      transform: `scale(${cell})`,
    },
    ...paths,
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
  count: number;
  /** Of the dots here, how many have a colour, and the sum of their colours. */
  colored: number;
  sum: number;
}

function places(x: Float64Array, y: Float64Array, color: Float64Array | undefined, cell: number): Place[] {
  const known = new Map<number, Place>();
  for (let i = 0; i < x.length; i++) {
    const column = Math.round(x[i]! / cell);
    const row = Math.round(y[i]! / cell);
    const key = column * 65536 + row;
    let place = known.get(key);
    if (place === undefined) {
      place = { x: column, y: row, count: 0, colored: 0, sum: 0 };
      known.set(key, place);
    }
    place.count++;
    const value = color === undefined ? Number.NaN : color[i]!;
    if (!Number.isNaN(value)) {
      place.colored++;
      place.sum += value;
    }
  }
  return [...known.values()].sort((a, b) => a.x - b.x || a.y - b.y);
}

function zeroLengthLines(layer: readonly Place[]): string {
  let path = "";
  let [x, y] = [0, 0];
  for (const place of layer) {
    const [dx, dy] = [place.x - x, place.y - y];
    path += `m${dx}${dy < 0 ? dy : ` ${dy}`}h0`;
    [x, y] = [place.x, place.y];
  }
  return path;
}
