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
const VALUE_SHARE = 0.17;

/** The column of feature names left of a plot, and beside it the column of their values. Both are cut where too wide. */
export function rowLabels(settings: PlotSettings, labels: readonly RowLabel[]): RowLabels {
  const { width, palette } = settings;
  const names = labels.map(({ name }) => cutToWidth(name, width * NAME_SHARE, SIZE));
  const values = labels.map(({ value }) =>
    value === undefined ? "" : cutToWidth(value, width * VALUE_SHARE, SIZE),
  );
  const nameRight = MARGIN + widest(names);
  const valueWidth = widest(values);
  const valueRight = valueWidth === 0 ? nameRight : nameRight + 14 + valueWidth;
  const draw = (y: (index: number) => number) =>
    labels
      .map((label, index) => {
        const common = { "font-size": SIZE, "text-anchor": "end", y: y(index) + 4.4 };
        const fill = label.quiet ? palette.muted : undefined;
        const name = textElement({ x: nameRight, ...common, fill }, names[index]!, label.name);
        if (label.value === undefined) return name;
        const style = label.value === MISSING ? "italic" : undefined;
        return (
          name +
          textElement(
            { x: valueRight, ...common, fill: palette.muted, "font-style": style },
            values[index]!,
            label.value,
          )
        );
      })
      .join("");
  return { right: valueRight + 14, draw };
}

function widest(texts: readonly string[]): number {
  return Math.ceil(Math.max(...texts.map((text) => textWidth(text, SIZE))) * 1.02);
}
