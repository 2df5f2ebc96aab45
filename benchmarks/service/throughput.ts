// npm run bench:service [-- ROWS]: a CSV through web, Redis and one worker, then one-row requests. The client has one
// processor, all of the service another. Needs a build, redis-server, taskset and Linux's /proc.
import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { Redis } from "ioredis";
import { measureOneRow } from "./one-row.js";
import { type OwnPrograms, startOwnPrograms } from "./own-programs.js";
import { type StreamedJob, streamJob } from "./stream-job.js";

const SERVER_CPU = 0;
const CLIENT_CPU = 1;
/** Node's compilers have seen all of the code after this many. */
const WARM_UP_ROWS = 20_000;
const RUNS = 3;
/** Longer runs are for memory: once is enough. */
const LONG_ROWS = 500_000;
/** A client on a slow line. */
const SLOW_BYTES_PER_SECOND = 10e6;

const rows = Number(process.argv[2] ?? 100_000);
if (!Number.isInteger(rows) || rows < 1) {
  console.error("usage: npm run bench:service [-- ROWS]");
  process.exit(2);
}
const sample = new URL("../../examples/mortgage/sample.csv", import.meta.url);
const [header = "", ...lines] = (await readFile(sample, "utf8")).trimEnd().split("\n");

await execa("taskset", ["-a", "-cp", String(CLIENT_CPU), String(process.pid)]);
const service = await startOwnPrograms({ cpu: SERVER_CPU });
try {
  await setTimeout(1000);
  const workerAtRest = service.worker.rssBytes();
  await streamJob(service.url, { header, lines, rows: WARM_UP_ROWS });
  const jobs: Measured[] = [];
  const count = rows < LONG_ROWS ? RUNS : 1;
  for (let run = 0; run < count; run++) jobs.push(await measure(service, {}));
  const slow =
    rows < LONG_ROWS ? undefined : await measure(service, { bytesPerSecond: SLOW_BYTES_PER_SECOND });
  const oneRow = await measureOneRow(service.url, rowOf(lines[0]!));
  jobs.sort((a, b) => a.totalSeconds - b.totalSeconds);
  const figures = {
    rows,
    load: loadavg()[0],
    csvThroughOneCore: present(jobs[jobs.length >> 1]!),
    ...(slow === undefined ? {} : { slowClient: present(slow) }),
    oneRow,
    webReadySeconds: service.webReadySeconds,
    workerAtRestMb: workerAtRest / 1e6,
  };
  console.log(JSON.stringify(figures, rounded, 2));
} finally {
  await service.stop();
}

interface Measured extends StreamedJob {
  readonly cpuSeconds: Readonly<Record<"web" | "worker" | "redis", number>>;
  readonly peakBytes: Readonly<Record<"web" | "worker" | "redisUsed", number>>;
}

/** One job, and what it cost each process. */
async function measure(
  { url, redisUrl, web, worker, redis }: OwnPrograms,
  options: { bytesPerSecond?: number },
): Promise<Measured> {
  const client = new Redis(redisUrl);
  const peak = { web: 0, worker: 0, redisUsed: 0 };
  const look = async () => {
    peak.web = Math.max(peak.web, web.rssBytes());
    peak.worker = Math.max(peak.worker, worker.rssBytes());
    const used = Number(/^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1]);
    peak.redisUsed = Math.max(peak.redisUsed, used);
  };
  const sampler = setInterval(() => void look(), 100);
  const cpu = () => [web, worker, redis].map((program) => program.cpuSeconds());
  const before = cpu();
  const job = await streamJob(url, { header, lines, rows, ...options });
  const [webCpu, workerCpu, redisCpu] = cpu().map((after, i) => after - before[i]!);
  clearInterval(sampler);
  client.disconnect();
  return {
    ...job,
    cpuSeconds: { web: webCpu!, worker: workerCpu!, redis: redisCpu! },
    peakBytes: peak,
  };
}

function present({ uploadSeconds, explainedSeconds, totalSeconds, ...job }: Measured) {
  const mb = Object.entries(job.peakBytes).map(([name, bytes]) => [name, bytes / 1e6]);
  return {
    rowsPerSecond: Math.round(rows / totalSeconds),
    uploadSeconds,
    explainedSeconds,
    totalSeconds,
    resultMb: job.resultBytes / 1e6,
    cpuSeconds: job.cpuSeconds,
    peakMb: Object.fromEntries(mb),
  };
}

function rowOf(line: string): Record<string, number | null> {
  const names = header.split(",");
  return Object.fromEntries(line.split(",").map((cell, i) => [names[i]!, cell === "" ? null : Number(cell)]));
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
