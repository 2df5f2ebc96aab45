/** On which side of its leader's end a text stands. */
export type LabelSide = "right" | "left";

/** A label joined to its mark by a vertical line from above. */
export interface WantedLabel {
  readonly at: number;
  readonly width: number;
  /** The side to prefer. */
  readonly side: LabelSide;
}

export interface PlacedLabel {
  readonly line: number;
  readonly side: LabelSide;
}

/** From a leader to the text beside it. */
export const LEADER_GAP = 6;
const TEXT_GAP = 14;

/**
 * Finds a line of text for each label so that no text touches another text or another's leader. Labels that come
 * first get the upper lines; where one finds no room between `left` and `right`, all are placed anew with that one
 * first. A label for which even that does not help is left out (undefined).
 */
export function placeLabels(
  wanted: readonly WantedLabel[],
  lines: number,
  left: number,
  right: number,
): (PlacedLabel | undefined)[] {
  let order = wanted.map((_, index) => index);
  let best: (PlacedLabel | undefined)[] = wanted.map(() => undefined);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const placed = placeInOrder(wanted, order, { lines, left, right });
    if (count(placed) > count(best)) best = placed;
    const dropped = order.filter((index) => placed[index] === undefined);
    if (dropped.length === 0) break;
    order = [...dropped, ...order.filter((index) => placed[index] !== undefined)];
  }
  return best;
}

const MOST_ATTEMPTS = 10;

/** One attempt. A text keeps off the leaders still to come where it can, so that marks in a row get labels like a stair. */
function placeInOrder(
  wanted: readonly WantedLabel[],
  order: readonly number[],
  page: { lines: number; left: number; right: number },
): (PlacedLabel | undefined)[] {
  const texts: { line: number; from: number; to: number }[] = [];
  const leaders: { line: number; at: number }[] = [];
  const placed = wanted.map((): PlacedLabel | undefined => undefined);
  order.forEach((index, turn) => {
    const later = order.slice(turn + 1).map((other) => wanted[other]!.at);
    placed[index] = tryPlace(wanted[index]!, later) ?? tryPlace(wanted[index]!, []);
  });
  return placed;

  function tryPlace({ at, width, side }: WantedLabel, keepFree: readonly number[]): PlacedLabel | undefined {
    for (let line = 0; line < page.lines; line++) {
      if (texts.some((text) => text.line < line && covers(text.from, text.to, at))) return undefined;
      for (const choice of [side, side === "right" ? "left" : "right"] as const) {
        const from = leftEdge(at, width, choice);
        const to = from + width;
        if (from < page.left || to > page.right || !isFree(line, from, to)) continue;
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

function count(placed: readonly (PlacedLabel | undefined)[]): number {
  return placed.filter((label) => label !== undefined).length;
}

function leftEdge(at: number, width: number, side: LabelSide): number {
  return side === "right" ? at + LEADER_GAP : at - LEADER_GAP - width;
}

function covers(from: number, to: number, at: number): boolean {
  return at > from - 4 && at < to + 4;
}
