import type { PlotSettings } from "../options.js";
import { MISSING } from "./feature-value.js";
import { MARGIN } from "./frame.js";
import { textElement } from "./svg.js";
import { cutToWidth, textWidth } from "./text-width.js";

export interface RowLabel {
  readonly name: string;
  /** The feature's value, where the plot shows one row. */
  readonly value?: string;
  /** For what is no single feature, such as the sum of the rest. */
  readonly quiet?: boolean;
}

export interface RowLabels {
  /** Where the plot may begin, in px from the left edge. */
  readonly right: number;
  /** The labels, each centred on its y. */
  draw(y: (index: number) => number): string;
}

const SIZE = 12.5;
const NAME_SHARE = 0.31;
/** Narrow plots have room for `Sum of 491 other features` in any case. */
const NAME_LEAST = 152;
const NAME_LEAST_WITH_VALUE = 118;
const COLUMN_GAP = 14;
const VALUE_SHARE = 0.17;

/**
 * The column of feature names left of a plot, and beside it the column of their values. Both are cut where too wide;
 * a label without a value among some with may take both columns.
 */
export function rowLabels(settings: PlotSettings, labels: readonly RowLabel[]): RowLabels {
  const { width, palette } = settings;
  const valued = labels.some(({ value }) => value !== undefined);
  const nameRoom = Math.max(valued ? NAME_LEAST_WITH_VALUE : NAME_LEAST, width * NAME_SHARE);
  const values = labels.map(({ value }) =>
    value === undefined ? "" : cutToWidth(value, width * VALUE_SHARE, SIZE),
  );
  const valueRoom = valued ? COLUMN_GAP + widest(values) : 0;
  const roomOf = ({ value }: RowLabel) => nameRoom + (value === undefined ? valueRoom : 0);
  const names = labels.map((label) => cutToWidth(label.name, roomOf(label), SIZE));
  const nameWidth = Math.max(
    widest(names.filter((_, index) => !valued || labels[index]!.value !== undefined)),
    widest(names) - valueRoom,
  );
  const nameRight = MARGIN + nameWidth;
  const valueRight = nameRight + valueRoom;

  const draw = (y: (index: number) => number) =>
    labels
      .map(({ name, value, quiet }, index) => {
        const common = { "font-size": SIZE, "text-anchor": "end", y: y(index) + 4.4 };
        const fill = quiet ? palette.muted : undefined;
        const x = value === undefined ? valueRight : nameRight;
        const nameText = textElement({ x, ...common, fill }, names[index]!, name);
        if (value === undefined) return nameText;
        const style = value === MISSING ? "italic" : undefined;
        const valueAttributes = { x: valueRight, ...common, fill: palette.muted, "font-style": style };
        return nameText + textElement(valueAttributes, values[index]!, value);
      })
      .join("");
  return { right: valueRight + 14, draw };
}

function widest(texts: readonly string[]): number {
  return Math.ceil(Math.max(0, ...texts.map((text) => textWidth(text, SIZE))) * 1.02);
}
