import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, RedisServer } from "../../../jobs/test/redis-server.js";
import { until } from "../../../jobs/test/until.js";
import { post, postCsv, sampleRows } from "../service.js";
import { healthy, LIMIT_MS, RunningService, tableOf } from "./running-service.js";
import { selfSigned } from "./self-signed.js";

const table = tableOf(100);
afterAll(() => RunningService.closeAll());

const count = (text: string, pattern: RegExp): number => text.match(new RegExp(pattern, "g"))?.length ?? 0;

describe("Redis over TLS, with a password, a user or neither", () => {
  it(
    "by rediss:// is trusted where its authority is in NODE_EXTRA_CA_CERTS, and refused with the reason where it is not",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "shap-tls-"));
      const { ca, cert, key } = await selfSigned(folder);
      const port = await freePort();
      const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", ca];
      const redis = await RedisServer.start(
        ...["--tls-port", String(port), "--tls-auth-clients", "no", ...files],
      );
      const env = { REDIS_URL: `rediss://localhost:${port}`, NODE_EXTRA_CA_CERTS: ca };
      const service = await RunningService.start(env, redis);
      await service.startWorker();
      await service.expectWhole(await service.submit(table), table);

      const stranger = await service.startWorker({ NODE_EXTRA_CA_CERTS: "" });
      await stranger.says(/"reason":"[A-Z_]*(CERT|SIGNATURE)[A-Z_]*","msg":"Redis is away"/);
      expect(stranger.runs).toBe(true);
      await service.close();
      rmSync(folder, { recursive: true });
    },
    LIMIT_MS,
  );

  it(
    "with a password takes the right one; with a wrong one a process says so once, waits, and works once it is right",
    async () => {
      const redis = await RedisServer.start();
      const url = `redis://shap:right@127.0.0.1:${redis.port}`;
      await redis.ask("ACL", "SETUSER", "shap", "on", ">other", "~*", "&*", "+@all");
      const service = await RunningService.start({ REDIS_URL: url }, redis);
      const worker = await service.startWorker();
      expect((await service.health()).status).toBe(503);
      expect((await postCsv(`${service.url}/v1/jobs`, table)).status).toBe(503);
      for (const process of [service.web, worker]) {
        await process.says(/Redis refuses the user or password of REDIS_URL/);
      }
      await redis.ask("ACL", "SETUSER", "shap", "resetpass", ">right");
      await healthy(service);
      await service.expectWhole(await service.submit(table), table);
      for (const { stdout, stderr } of [service.web, worker]) {
        expect(count(stdout, /"level":"(warn|error)"[^\n]*Redis/)).toBe(1);
        expect(count(stdout, /"Redis is back"/)).toBe(1);
        expect(stdout + stderr).not.toContain("right@");
        expect(stderr).toBe("");
      }
    },
    LIMIT_MS,
  );

  it(
    "as a user who may not ask INFO serves all the same, and a warning says what is not known",
    async () => {
      const redis = await RedisServer.start();
      await redis.ask("ACL", "SETUSER", "shap", "on", ">secret", "~*", "&*", "+@all", "-@admin", "-info");
      const service = await RunningService.start(
        { REDIS_URL: `redis://shap:secret@127.0.0.1:${redis.port}` },
        redis,
      );
      const worker = await service.startWorker();
      for (const process of [service.web, worker]) {
        await process.says(/"level":"warn"[^\n]*maxmemory-policy cannot be read; it must be noeviction/);
      }
      await service.expectWhole(await service.submit(table), table);
      expect((await service.health()).status).toBe(200);
    },
    LIMIT_MS,
  );

  it(
    "that may evict entries is warned of",
    async () => {
      const redis = await RedisServer.start();
      await redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
      const service = await RunningService.start({}, redis);
      const worker = await service.startWorker();
      for (const process of [service.web, worker]) {
        await process.says(
          /"level":"warn"[^\n]*"policy":"allkeys-lru"[^\n]*set maxmemory-policy to noeviction/,
        );
      }
    },
    LIMIT_MS,
  );
});

describe("a failover", () => {
  it(
    "to a Redis that only reads for a while answers jobs with 503 and loses none; the rest is served meanwhile",
    async () => {
      const service = await RunningService.start();
      const worker = await service.startWorker();
      worker.child.kill("SIGSTOP");
      const id = await service.submit(table);
      // What a master becomes when another is promoted: a replica, here of an address where nobody answers.
      await service.redis.ask("REPLICAOF", "127.0.0.1", String(await freePort()));
      worker.child.kill("SIGCONT");
      expect((await postCsv(`${service.url}/v1/jobs`, table)).status).toBe(503);
      const explain = await post(`${service.url}/v1/models/mortgage/explain`, { rows: sampleRows(1) });
      expect(explain.status).toBe(200);
      expect(worker.runs && service.web.runs).toBe(true);
      await service.redis.ask("REPLICAOF", "NO", "ONE");
      await service.expectWhole(id, table);
      const again = await until(async () => {
        const response = await postCsv(`${service.url}/v1/jobs`, table);
        return response.status === 202 ? ((await response.json()) as { id: string }) : undefined;
      });
      await service.expectWhole(again.id, table);
    },
    LIMIT_MS,
  );
});
