import { textTable } from "./text-table.js";

/** One case, this project against one peer. */
export interface Comparison {
  benchmark: string;
  peer: string;
  version: string;
  /** How many times faster this project must be. */
  goal: number;
  rows: number;
  ownRowsPerSecond: number;
  peerRowsPerSecond: number;
  /** Median over the pairs of runs of peer's time / this project's time. */
  ratio: number;
  /** Of any value, relative to the largest value. */
  largestDifference: number;
  /** Why the peer did not take part. */
  refused: string | undefined;
}

export function comparisonsAsText(comparisons: Comparison[]): string {
  const rows = comparisons.map((c) =>
    c.refused === undefined
      ? [
          c.benchmark,
          `${c.peer} ${c.version}`,
          whole(c.ownRowsPerSecond),
          whole(c.peerRowsPerSecond),
          `${c.ratio.toPrecision(3)} ×`,
          `${c.goal} ×`,
          c.ratio >= c.goal ? "yes" : "no",
          c.largestDifference.toExponential(1),
        ]
      : [c.benchmark, `${c.peer} ${c.version}`, "", "", "", `${c.goal} ×`, "refused", c.refused.slice(0, 60)],
  );
  return textTable(["case", "peer", "rows/s", "peer rows/s", "ratio", "goal", "met", "difference"], rows);
}

/** A bar chart of the ratios on a logarithmic axis, a mark at each goal. */
export function comparisonsAsSvg(all: Comparison[]): string {
  const comparisons = all.filter((c) => c.refused === undefined);
  const [left, width, rowHeight, top] = [330, 480, 22, 46];
  const most = Math.max(10, ...comparisons.map((c) => Math.max(c.ratio, c.goal)));
  const x = (ratio: number) => left + (Math.log10(Math.max(ratio, 1)) / Math.log10(most)) * width;
  const height = top + comparisons.length * rowHeight + 16;
  const ticks = Array.from({ length: Math.floor(Math.log10(most)) + 1 }, (_, power) => 10 ** power);
  const grid = ticks.map(
    (tick) =>
      `<path d="M${x(tick).toFixed(1)} ${top - 6}V${height - 12}" stroke="#ddd"/>` +
      `<text x="${x(tick).toFixed(1)}" y="${top - 12}" text-anchor="middle" fill="#666">${tick} ×</text>`,
  );
  const bars = comparisons.map((c, index) => {
    const y = top + index * rowHeight;
    const met = c.ratio >= c.goal;
    return (
      `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${escapeXml(`${c.benchmark} / ${c.peer} ${c.version}`)}</text>` +
      `<rect x="${left}" y="${y + 3}" width="${(x(c.ratio) - left).toFixed(1)}" height="14" fill="${met ? "#0072b2" : "#d55e00"}"/>` +
      `<path d="M${x(c.goal).toFixed(1)} ${y + 1}v18" stroke="#000" stroke-width="2"/>` +
      `<text x="${(x(c.ratio) + 6).toFixed(1)}" y="${y + 14}">${c.ratio.toPrecision(3)} ×</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 80}" height="${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    "<title>How many times faster than each peer, one thread each; the black mark is the goal</title>",
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...grid,
    ...bars,
    "</svg>\n",
  ].join("\n");
}

export function whole(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
