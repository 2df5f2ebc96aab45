import { setTimeout } from "node:timers/promises";
import { RedisServer } from "../../jobs/test/redis-server.js";
import { NodeProcess } from "./node-process.js";
import { exampleText, finished, post, postCsv, sampleRows, startService } from "./service.js";

/** `npm run test:endurance` asks for the whole of it: more kills, longer absences. */
const endurance = process.env.SHAP_ENDURANCE === "1";
const KILLS = endurance ? 20 : 3;
const COPIES = endurance ? 5 : 1;
const ABSENCE_MS = endurance ? 20_000 : 2000;
const LIMIT_MS = endurance ? 600_000 : 110_000;

const [header, ...lines] = exampleText("sample.csv").trimEnd().split("\n");
const table = [header, ...Array.from({ length: COPIES }, () => lines).flat()].join("\n");
const rowsTotal = lines.length * COPIES;

let redis: RedisServer;
let web: NodeProcess;
let url: string;
const workers: NodeProcess[] = [];
let expected: string;

const env = () => ({
  REDIS_URL: redis.url,
  PORT: "0",
  LOG_LEVEL: "info",
  SHAP_MAX_BATCH_SIZE: "25",
  SHAP_CHUNK_LOCK_SECONDS: "4",
});

async function startWorker(): Promise<NodeProcess> {
  const worker = NodeProcess.start("packages/worker/dist/main.js", env());
  workers.push(worker);
  await worker.says(/waiting for chunks/);
  return worker;
}

async function submit(): Promise<string> {
  const response = await postCsv(`${url}/v1/jobs`, table);
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

async function expectWhole(id: string): Promise<void> {
  expect(await finished(url, id)).toMatchObject({ state: "completed", rowsDone: rowsTotal, rowsTotal });
  const result = await (await fetch(`${url}/v1/jobs/${id}/result`)).text();
  expect(result === expected).toBe(true);
}

beforeAll(async () => {
  const plain = await startService();
  const response = await postCsv(`${plain.url}/v1/jobs`, table);
  const { id } = (await response.json()) as { id: string };
  await finished(plain.url, id);
  expected = await (await fetch(`${plain.url}/v1/jobs/${id}/result`)).text();
  await plain.close();

  redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "everysec");
  web = NodeProcess.start("packages/web/dist/main.js", env());
  url = (await web.says(/"url":"([^"]+)"/))[1]!;
}, LIMIT_MS);

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop("SIGKILL")));
  await web.stop("SIGKILL");
  await redis.remove();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop("SIGKILL")));
});

describe("the service", () => {
  it(
    "gives the whole result, byte for byte, though its worker is killed again and again",
    async () => {
      let worker = await startWorker();
      const id = await submit();
      for (let kill = 0; kill < KILLS; kill++) {
        await setTimeout(Math.random() * 400);
        await worker.stop("SIGKILL");
        worker = await startWorker();
      }
      await expectWhole(id);
    },
    LIMIT_MS,
  );

  it(
    "explains ten jobs at once with two workers, none the worse for the others",
    async () => {
      await Promise.all([startWorker(), startWorker()]);
      const ids = await Promise.all(Array.from({ length: 10 }, submit));
      for (const id of ids) await expectWhole(id);
    },
    LIMIT_MS,
  );

  it(
    "goes on with a job when Redis was stopped and comes back; meanwhile it answers what needs no queue",
    async () => {
      const worker = await startWorker();
      const id = await submit();
      await redis.stop();
      const explain = await post(`${url}/v1/models/mortgage/explain`, { rows: sampleRows(1) });
      expect(explain.status).toBe(200);
      expect((await fetch(`${url}/live`)).status).toBe(200);
      const refused = await postCsv(`${url}/v1/jobs`, table);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      const health = await fetch(`${url}/health`);
      expect(health.status).toBe(503);
      const away = (await health.json()) as { queue: { reconnects: number } };
      expect(away).toMatchObject({ queue: { kind: "redis", status: "away" } });
      await setTimeout(ABSENCE_MS);
      await redis.start();
      for (;;) {
        if ((await fetch(`${url}/health`)).status === 200) break;
        await setTimeout(50);
      }
      const { queue } = (await (await fetch(`${url}/health`)).json()) as { queue: { reconnects: number } };
      expect(queue.reconnects).toBeGreaterThan(away.queue.reconnects);
      await expectWhole(id);
      expect(worker.child.exitCode).toBeNull();
    },
    LIMIT_MS,
  );

  it(
    "goes on with a job when Redis was frozen",
    async () => {
      const worker = await startWorker();
      const id = await submit();
      process.kill(redis.pid, "SIGSTOP");
      await setTimeout(ABSENCE_MS);
      process.kill(redis.pid, "SIGCONT");
      await expectWhole(id);
      expect(worker.child.exitCode).toBeNull();
    },
    LIMIT_MS,
  );

  it("leaves no registration of workers that were told to stop, and ends them with success", async () => {
    const worker = await startWorker();
    expect(await worker.stop("SIGTERM")).toBe(0);
    const { workers: live } = (await (await fetch(`${url}/v1/workers`)).json()) as {
      workers: { pid: number }[];
    };
    expect(live.map(({ pid }) => pid)).not.toContain(worker.child.pid);
  });
});
