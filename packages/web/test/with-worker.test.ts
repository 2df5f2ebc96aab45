import { Redis } from "ioredis";
import { RedisServer } from "../../jobs/test/redis-server.js";
import { until } from "../../jobs/test/until.js";
import { NodeProcess } from "./node-process.js";
import { exampleText, finished, postCsv, startService } from "./service.js";

/** The result of the sample through a service, as CSV. */
async function explainSample(url: string): Promise<Buffer> {
  const response = await postCsv(`${url}/v1/jobs?model=mortgage&id=region`, exampleText("sample.csv"));
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect(await finished(url, id)).toMatchObject({ state: "completed", rowsDone: 1000, rowsTotal: 1000 });
  return Buffer.from(await (await fetch(`${url}/v1/jobs/${id}/result`)).arrayBuffer());
}

let redis: RedisServer;
let web: NodeProcess;
let worker: NodeProcess;
let url: string;

beforeAll(async () => {
  redis = await RedisServer.start();
  const env = { REDIS_URL: redis.url, PORT: "0", SHAP_MAX_BATCH_SIZE: "50" };
  web = NodeProcess.start("packages/web/dist/main.js", env);
  worker = NodeProcess.start("packages/worker/dist/main.js", env);
  url = (await web.says(/"url":"([^"]+)"/))[1]!;
});
afterAll(async () => {
  await Promise.all([worker.stop("SIGKILL"), web.stop("SIGKILL")]);
  await redis.remove();
});

describe("a job through Redis with a worker in a second process", () => {
  it("gives the same bytes as the embedded queue", async () => {
    const throughRedis = await explainSample(url);
    const embedded = await startService();
    const inProcess = await explainSample(embedded.url);
    await embedded.close();
    expect(throughRedis.equals(inProcess)).toBe(true);
  });

  it("that is deleted in the middle stops, and leaves nothing in Redis", async () => {
    const client = new Redis(redis.url);
    const response = await postCsv(`${url}/v1/jobs`, exampleText("sample.csv"));
    const { id } = (await response.json()) as { id: string };
    expect((await fetch(`${url}/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(`${url}/v1/jobs/${id}`)).status).toBe(404);
    await until(async () => (await client.keys(`*${id}*`)).length === 0);
    await until(async () => {
      const health = (await (await fetch(`${url}/health`)).json()) as { queue: { counts: object } };
      return Object.values(health.queue.counts).every((count) => count === 0);
    });
    expect(await client.keys(`*${id}*`)).toEqual([]);
    client.disconnect();
    expect((await explainSample(url)).length).toBeGreaterThan(0);
  });

  it("goes on though a worker with too little memory gives its place to a fresh one", async () => {
    const small = NodeProcess.start("packages/worker/dist/main.js", {
      REDIS_URL: redis.url,
      MAX_MEMORY_MB: "64",
    });
    await small.says(/"level":"over"/);
    expect(await small.exited()).toBe(0);
    expect((await explainSample(url)).length).toBeGreaterThan(0);
  });

  it("ends with both processes told to stop, and exiting with success", async () => {
    expect(await worker.stop()).toBe(0);
    expect(await web.stop()).toBe(0);
  });
});
