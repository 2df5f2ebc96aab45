/** Where a text stands: beside the end of its leader, or centred below it. */
export type LabelSide = "right" | "left" | "below";

/** A label joined to its mark by a vertical line from above. */
export interface WantedLabel {
  readonly at: number;
  readonly width: number;
  /** The side to prefer; `below` where the mark is wide enough for the text. */
  readonly side: LabelSide;
}

export interface PlacedLabel {
  readonly line: number;
  readonly side: LabelSide;
}

/** From a leader to the text beside it. */
export const LEADER_GAP = 6;
const TEXT_GAP = 14;

const choices: Readonly<Record<LabelSide, readonly LabelSide[]>> = {
  below: ["below", "right", "left"],
  right: ["right", "left"],
  left: ["left", "right"],
};

/**
 * Finds a line of text for each label so that no text touches another text or another's leader. The first labels
 * get the upper lines; a label that finds no room between `left` and `right` is left out (undefined).
 *
 * A text keeps off the leaders still to come where it can, so that marks in order outwards get labels like a stair.
 */
export function placeLabels(
  wanted: readonly WantedLabel[],
  lines: number,
  left: number,
  right: number,
): (PlacedLabel | undefined)[] {
  const texts: { line: number; from: number; to: number }[] = [];
  const leaders: { line: number; at: number }[] = [];
  return wanted.map((label, index) => {
    const later = wanted.slice(index + 1).map(({ at }) => at);
    return tryPlace(label, later) ?? tryPlace(label, []);
  });

  function tryPlace({ at, width, side }: WantedLabel, keepFree: readonly number[]): PlacedLabel | undefined {
    for (let line = 0; line < lines; line++) {
      if (texts.some((text) => text.line < line && covers(text.from, text.to, at))) return undefined;
      for (const choice of choices[side]) {
        const from = leftEdge(at, width, choice);
        const to = from + width;
        if (from < left || to > right || !isFree(line, from, to)) continue;
        if (keepFree.some((other) => covers(from, to, other))) continue;
        texts.push({ line, from: Math.min(from, at), to: Math.max(to, at) });
        leaders.push({ line, at });
        return { line, side: choice };
      }
    }
    return undefined;
  }

  function isFree(line: number, from: number, to: number): boolean {
    const meetsText = texts.some(
      (text) => text.line === line && from < text.to + TEXT_GAP && to > text.from - TEXT_GAP,
    );
    return !meetsText && !leaders.some((leader) => leader.line >= line && covers(from, to, leader.at));
  }
}

function leftEdge(at: number, width: number, side: LabelSide): number {
  if (side === "below") return at - width / 2;
  return side === "right" ? at + LEADER_GAP : at - LEADER_GAP - width;
}

function covers(from: number, to: number, at: number): boolean {
  return at > from - 4 && at < to + 4;
}
