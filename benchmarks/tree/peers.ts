// npm run bench:peers [-- CASE | CASE/PEER ...]: this project beside its peers, alternately in one run, one thread each.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { type Case, cases } from "./cases.js";
import { Contestant } from "./contestant.js";
import { cacheFolder, peerScript, prepare, python } from "./prepare.js";
import { type Comparison, comparisonsAsSvg, comparisonsAsText } from "./report.js";

const REPETITIONS = 5;
/** A peer's single pass should take about this long: long enough to time, short enough to repeat. */
const SECONDS_A_PASS = 1;
const MOST_ROWS = 20_000;

await prepare();
const wanted = process.argv.slice(2);
const comparisons: Comparison[] = [];
for (const benchmark of cases) {
  for (const [peer, goal] of Object.entries(benchmark.peers)) {
    const title = `${benchmark.name}/${peer}`;
    if (wanted.length > 0 && !wanted.some((name) => title.includes(name))) continue;
    const comparison = await compare(benchmark, peer, goal);
    comparisons.push(comparison);
    console.error(comparisonsAsText([comparison]).split("\n")[2]);
  }
}
const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`;
const results = join(import.meta.dirname, "results");
mkdirSync(results, { recursive: true });
writeFileSync(join(results, "peers.json"), `${JSON.stringify({ machine, comparisons }, null, 2)}\n`);
writeFileSync(join(results, "peers.svg"), comparisonsAsSvg(comparisons));
console.log(`${machine}\n\n${comparisonsAsText(comparisons)}`);

async function compare(benchmark: Case, peerName: string, goal: number): Promise<Comparison> {
  const description = JSON.stringify(benchmark);
  const peer = await Contestant.start(peerName, python, [peerScript, peerName, cacheFolder, description]);
  const own = await Contestant.start("this project", process.execPath, [
    ...process.execArgv,
    join(import.meta.dirname, "own.ts"),
    cacheFolder,
    description,
  ]);
  try {
    const rows = await calibrate(peer, benchmark);
    const difference = await largestDifference(own, peer, Math.min(rows, 200));
    const pairs: [own: number, peer: number][] = [];
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      const peerSeconds = await peer.explain(rows);
      // The faster side runs as often as fits, so that its time is not lost in the clock's noise.
      pairs.push([await medianOf(() => own.explain(rows), 5), peerSeconds]);
    }
    return {
      benchmark: benchmark.name,
      peer: peerName,
      version: peer.version,
      goal,
      rows,
      ownRowsPerSecond: rows / median(pairs.map(([seconds]) => seconds)),
      peerRowsPerSecond: rows / median(pairs.map(([, seconds]) => seconds)),
      ratio: median(pairs.map(([ours, theirs]) => theirs / ours)),
      largestDifference: difference,
      refused: peer.refused ?? own.refused,
    };
  } finally {
    await Promise.all([peer.stop(), own.stop()]);
  }
}

/**
 * As many rows as the peer explains in about SECONDS_A_PASS, or more: some prepare anew in every call, so rows are added
 * until they, and not that, take the time.
 */
async function calibrate(peer: Contestant, benchmark: Case): Promise<number> {
  if (benchmark.withCompile) return 10_000;
  let rows = 10;
  let seconds = await peer.explain(rows);
  while (rows < MOST_ROWS) {
    const more = Math.min(MOST_ROWS, rows * 4);
    const secondsOfMore = await peer.explain(more);
    if (!(secondsOfMore < SECONDS_A_PASS || secondsOfMore < 2 * seconds)) break;
    rows = more;
    seconds = secondsOfMore;
  }
  return rows;
}

/** The largest difference of any value, relative to the largest value: the peers count in float32 for the most part. */
async function largestDifference(own: Contestant, peer: Contestant, rows: number): Promise<number> {
  const files = { own: join(cacheFolder, "own.values"), peer: join(cacheFolder, "peer.values") };
  await own.explain(rows, files.own);
  await peer.explain(rows, files.peer);
  if (own.refused !== undefined || peer.refused !== undefined) return Number.NaN;
  const [ours, theirs] = [readValues(files.own), readValues(files.peer)];
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < ours.length; i++) {
    difference = Math.max(difference, Math.abs(ours[i]! - theirs[i]!));
    largest = Math.max(largest, Math.abs(ours[i]!));
  }
  if (ours.length !== theirs.length)
    throw new Error(`${peer.name} gives ${theirs.length} values, expected ${ours.length}`);
  for (const file of Object.values(files)) rmSync(file);
  return difference / largest;
}

function readValues(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

async function medianOf(measure: () => Promise<number>, times: number): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) seconds.push(await measure());
  return median(seconds);
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
