// node benchmarks/service/throughput.js [rows]: a CSV through web, Redis and one worker, and one-row requests.
// Needs a build (npm run build) and redis-server on the PATH.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const rows = Number(process.argv[2] ?? 100_000);
const [header, ...lines] = readFileSync(join(root, "examples/mortgage/sample.csv"), "utf8")
  .trimEnd()
  .split("\n");

const folder = mkdtempSync(join(tmpdir(), "shap-bench-"));
const redisPort = await freePort();
const redis = spawn("redis-server", ["--port", redisPort, "--dir", folder, "--save", ""], {
  stdio: "ignore",
});
await setTimeout(500);
const env = {
  ...process.env,
  REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  PORT: "0",
  NODE_OPTIONS: "--max-old-space-size=256",
};
const start = performance.now();
const web = node("packages/web/dist/main.js");
const url = (await web.says(/"url":"([^"]+)"/))[1];
const readySeconds = seconds(start);
const worker = node("packages/worker/dist/main.js");
await worker.says(/waiting for chunks/);
await setTimeout(1000);
const idleRss = rss(worker);

const peak = { web: 0, worker: 0 };
const sampler = setInterval(() => {
  peak.web = Math.max(peak.web, rss(web));
  peak.worker = Math.max(peak.worker, rss(worker));
}, 100);

const begun = performance.now();
const { id } = await (
  await fetch(`${url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: Readable.toWeb(Readable.from(table())),
    duplex: "half",
  })
).json();
while ((await (await fetch(`${url}/v1/jobs/${id}`)).json()).state !== "completed") await setTimeout(20);
const explained = seconds(begun);
let bytes = 0;
for await (const part of (await fetch(`${url}/v1/jobs/${id}/result`)).body) bytes += part.length;
const total = seconds(begun);
clearInterval(sampler);

const single = await oneRowRequests(3000);
console.log(
  JSON.stringify(
    {
      rows,
      rowsPerSecond: Math.round(rows / total),
      explainedRowsPerSecond: Math.round(rows / explained),
      resultBytes: bytes,
      peakRssMb: { web: mb(peak.web), worker: mb(peak.worker) },
      workerIdleRssMb: mb(idleRss),
      webReadySeconds: readySeconds,
      oneRow: single,
    },
    null,
    2,
  ),
);
for (const program of [web, worker]) {
  program.child.kill("SIGTERM");
  await once(program.child, "exit");
}
redis.kill("SIGTERM");
await once(redis, "exit");
rmSync(folder, { recursive: true });

function* table() {
  yield `${header}\n`;
  for (let done = 0; done < rows; done += lines.length) yield `${lines.slice(0, rows - done).join("\n")}\n`;
}

async function oneRowRequests(count) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const names = header.split(",");
  const row = Object.fromEntries(
    lines[0].split(",").map((cell, i) => [names[i], cell === "" ? null : Number(cell)]),
  );
  const body = JSON.stringify({ rows: [row] });
  const times = [];
  const send = () =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const sent = request(
        `${url}/v1/models/mortgage/explain`,
        { method: "POST", agent, headers: { "content-type": "application/json" } },
        (res) => {
          res.resume().once("end", () => {
            times.push(performance.now() - begun);
            resolve();
          });
        },
      );
      sent.once("error", reject).end(body);
    });
  for (let i = 0; i < 200; i++) await send();
  times.length = 0;
  const flat = performance.now();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < count / 8; i++) await send();
    }),
  );
  const requestsPerSecond = Math.round(count / seconds(flat));
  times.length = 0;
  const paced = [];
  for (let i = 0; i < 600; i++) {
    paced.push(send());
    await setTimeout(5);
  }
  await Promise.all(paced);
  times.sort((a, b) => a - b);
  agent.destroy();
  return { requestsPerSecond, p50Ms: round(times[300]), p99Ms: round(times[594]) };
}

function node(script) {
  const child = spawn(process.execPath, [join(root, script)], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (part) => {
    if (text.length < 100_000) text += part;
  });
  return {
    child,
    async says(pattern) {
      for (;;) {
        const match = text.match(pattern);
        if (match !== null) return match;
        await setTimeout(10);
      }
    },
  };
}

function rss({ child }) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return String(port);
}

function seconds(from) {
  return Math.round(performance.now() - from) / 1000;
}
function mb(value) {
  return Math.round(value / 1e6);
}
function round(value) {
  return Math.round(value * 100) / 100;
}
