import { createHash } from "node:crypto";
import { type ClientRequest, request } from "node:http";
import { withHash } from "../../../jobs/src/store/redis/redis-client.js";
import { sealJob } from "../../../jobs/src/store/redis/scripts.js";
import { CommandProxy } from "../../../jobs/test/command-proxy.js";
import { until } from "../../../jobs/test/until.js";
import { finished, postCsv } from "../service.js";
import { endurance, LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const key = { "idempotency-key": '"upload-1"' };

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start({ SHAP_MAX_BATCH_SIZE: "500", SHAP_SHUTDOWN_SECONDS: "1" });
}, LIMIT_MS);
afterAll(() => RunningService.closeAll());

/** An upload whose first rows have arrived in Redis while the rest is still to come. */
async function beginUpload(
  table: string,
): Promise<{ upload: ClientRequest; answer: Promise<number | string> }> {
  const upload = request(`${service.url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "text/csv", ...key },
  });
  const answer = new Promise<number | string>((resolve) => {
    upload.on("response", (response) => resolve(response.statusCode!));
    upload.on("error", (error: NodeJS.ErrnoException) => resolve(error.code!));
  });
  upload.write(table);
  await until(async () => (await service.redis.keys("shap:job:*:in")).length > 0);
  return { upload, answer };
}

const queueIsEmpty = async () => {
  const { queue } = (await service.health()).body as { queue: { counts: object } };
  return Object.values(queue.counts).every((count) => count === 0);
};

describe("an upload whose web process", () => {
  const table = tableOf(1200);

  it(
    "is killed is cut; its job fails and is freed, and the same key and table make a new job",
    async () => {
      const { answer } = await beginUpload(table);
      await service.web.stop("SIGKILL");
      expect(await answer).toBe("ECONNRESET");
      const [job] = await service.redis.keys("shap:job:*:in");
      const id = /job:(\w+):/.exec(job!)![1]!;
      await service.restartWeb();
      const again = await until(async () => {
        const response = await postCsv(`${service.url}/v1/jobs`, table, key);
        // In flight, as far as anyone can know, until the dead process has been silent for long enough.
        return response.status === 409 ? undefined : response;
      });
      expect(again.status).toBe(202);
      const second = ((await again.json()) as { id: string }).id;
      await service.startWorker();
      await service.expectWhole(second, table);
      expect(await finished(service.url, id)).toMatchObject({
        error: "the upload did not come to its end: send the table again",
      });
      await until(queueIsEmpty);
      expect(await service.redis.keys(`*${id}*`)).toEqual([`shap:job:${id}`]);
      await service.stopWorkers();
      await service.redis.ask("FLUSHALL");
    },
    LIMIT_MS,
  );

  it(
    "is told to stop is cut after its time; nothing of it remains, not even for a moment",
    async () => {
      const { answer } = await beginUpload(table);
      expect(await service.web.stop("SIGTERM")).toBe(0);
      expect(await answer).toBe("ECONNRESET");
      expect(await service.redis.keys("shap:job*")).toEqual([]);
      expect(await service.redis.keys("shap:idempotency:*")).toEqual([]);
      expect(await service.redis.keys("bull:*:c-*")).toEqual([]);
      await service.restartWeb();
      const again = await postCsv(`${service.url}/v1/jobs`, table, key);
      expect(again.status).toBe(202);
      await service.redis.ask("FLUSHALL");
    },
    LIMIT_MS,
  );

  it(
    "is told to stop is taken in where its end comes in time",
    async () => {
      await service.web.stop("SIGKILL");
      await service.restartWeb({ SHAP_SHUTDOWN_SECONDS: "60" });
      const { upload, answer } = await beginUpload(table);
      service.web.child.kill("SIGTERM");
      await service.web.says(/"stopping"/);
      upload.end();
      expect(await answer).toBe(202);
      expect(await service.web.exited()).toBe(0);
      await service.restartWeb();
      await service.startWorker();
      const [job] = await service.redis.keys("shap:job:*:in");
      await service.expectWhole(/job:(\w+):/.exec(job!)![1]!, table);
    },
    LIMIT_MS,
  );
});

describe("a job whose web process is killed between its last row and its answer", () => {
  it(
    "is the one that the same key and table give",
    async () => {
      const table = tableOf(50);
      await service.redis.ask("FLUSHALL");
      const proxy = await CommandProxy.to(service.redis.port);
      await service.web.stop("SIGKILL");
      await service.restartWeb({ REDIS_URL: proxy.url });
      const sealed = proxy.trap("after", new RegExp(withHash(sealJob).sha1), async () => {
        await service.web.stop("SIGKILL");
        return false;
      });
      const answer = postCsv(`${service.url}/v1/jobs`, table, key).catch(() => "cut");
      await sealed;
      expect(await answer).toBe("cut");
      await service.restartWeb();
      const again = await postCsv(`${service.url}/v1/jobs`, table, key);
      expect(again.status).toBe(202);
      const { id } = (await again.json()) as { id: string };
      await service.startWorker();
      await service.expectWhole(id, table);
      const jobs = (await service.redis.keys("shap:job:*")).map((name) => name.split(":")[2]);
      expect(new Set(jobs)).toEqual(new Set([id]));
      await service.stopWorkers();
      proxy.close();
    },
    LIMIT_MS,
  );
});

describe("a download", () => {
  const types = [
    "text/csv",
    "application/x-ndjson",
    "application/json",
    "application/vnd.apache.arrow.stream",
    "application/vnd.apache.parquet",
  ];
  // With 11,000 rows more than one row group, so that a part of a Parquet file is on its way, too, when it is cut.
  const table = tableOf(endurance ? 11_000 : 1200);
  const lastChunk = Math.ceil((table.split("\n").length - 1) / 500) - 1;
  let proxy: CommandProxy;
  let id: string;
  const download = async (type: string) => {
    const response = await fetch(`${service.url}/v1/jobs/${id}/result`, { headers: { accept: type } });
    expect(response.status).toBe(200);
    const sha256 = createHash("sha256")
      .update(Buffer.from(await response.arrayBuffer()))
      .digest("hex");
    return { etag: response.headers.get("etag"), sha256 };
  };
  beforeAll(async () => {
    await service.startWorker();
    id = await service.submit(table);
    await finished(service.url, id);
    await service.stopWorkers();
    proxy = await CommandProxy.to(service.redis.port);
  }, LIMIT_MS);
  afterAll(() => proxy.close());

  it.each([
    ["killed", "SIGKILL"],
    ["told to stop", "SIGTERM"],
  ] as const)(
    "whose web process is %s is cut so that no reader takes it for the whole, in every form; then it is served again, the same",
    async (_what, signal) => {
      const whole = await Promise.all(types.map(download));
      await service.web.stop("SIGKILL");
      await service.restartWeb({ REDIS_URL: proxy.url });
      // The web process goes while the first of the downloads waits for the last chunk.
      const lastBlob = new RegExp(`hget\\r\\n[^]*:out\\r\\n\\$\\d+\\r\\n${lastChunk}\\r\\n`, "i");
      let exitCode: number | null | undefined;
      void proxy.trap("before", lastBlob, async () => {
        exitCode = await service.web.stop(signal);
        return false;
      });
      const cut = await Promise.allSettled(types.map(download));
      expect(cut.map(({ status }) => status)).toEqual(types.map(() => "rejected"));
      await service.web.exited();
      await until(() => exitCode !== undefined);
      expect(exitCode).toBe(signal === "SIGTERM" ? 0 : null);
      await service.restartWeb();
      expect(await Promise.all(types.map(download))).toEqual(whole);
    },
    LIMIT_MS,
  );
});
