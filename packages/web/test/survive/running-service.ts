import { setTimeout } from "node:timers/promises";
import { RedisServer } from "../../../jobs/test/redis-server.js";
import { NodeProcess } from "../node-process.js";
import { exampleText, finished, postCsv, startService } from "../service.js";

/** `npm run test:endurance` asks for the whole of it: more kills, longer absences. `npm test` does the same, shorter. */
export const endurance = process.env.SHAP_ENDURANCE === "1";
export const LIMIT_MS = endurance ? 900_000 : 110_000;

const [header, ...lines] = exampleText("sample.csv").trimEnd().split("\n");

/** The first rows of the sample, begun anew after its thousandth. */
export const tableOf = (rows: number): string =>
  [header, ...Array.from({ length: rows }, (_, i) => lines[i % lines.length])].join("\n");

/** What the service gives for a table when nothing goes wrong: as CSV, from the embedded queue. */
export async function plainResult(table: string, batchSize: string): Promise<string> {
  const plain = await startService({ SHAP_MAX_BATCH_SIZE: batchSize });
  const { id } = (await (await postCsv(`${plain.url}/v1/jobs`, table)).json()) as { id: string };
  await finished(plain.url, id);
  const text = await (await fetch(`${plain.url}/v1/jobs/${id}/result`)).text();
  await plain.close();
  return text;
}

const BATCH_SIZE = "25";

/** Redis, web and workers as real processes, none of which shares anything with this one. */
export class RunningService {
  private static readonly open = new Set<RunningService>();
  readonly workers: NodeProcess[] = [];
  private readonly results = new Map<string, Promise<string>>();

  private constructor(
    readonly redis: RedisServer,
    readonly env: Record<string, string>,
    public web: NodeProcess,
    public url: string,
  ) {}

  /**
   * @param env of web and of every worker
   * @param redis if not one of this service's own, with an append-only file
   * @param webEnv of web alone
   */
  static async start(
    env: Record<string, string> = {},
    redis?: RedisServer,
    webEnv: Record<string, string> = {},
  ): Promise<RunningService> {
    const server = redis ?? (await RedisServer.start("--appendonly", "yes", "--appendfsync", "everysec"));
    const all = {
      REDIS_URL: server.url,
      PORT: "0",
      SHAP_MAX_BATCH_SIZE: BATCH_SIZE,
      SHAP_CHUNK_LOCK_SECONDS: "2",
      ...env,
    };
    const web = NodeProcess.start("packages/web/dist/main.js", { ...all, ...webEnv });
    const service = new RunningService(server, all, web, "");
    RunningService.open.add(service);
    service.url = (await web.says(/"url":"([^"]+)"/))[1]!;
    return service;
  }

  /** Ends every process of every service, whatever a test has come to. */
  static async closeAll(): Promise<void> {
    for (const service of RunningService.open) await service.close();
  }

  /** A worker that takes chunks, or will once Redis is there. */
  async startWorker(env: Record<string, string> = {}, through: readonly string[] = []): Promise<NodeProcess> {
    const worker = NodeProcess.start("packages/worker/dist/main.js", { ...this.env, ...env }, through);
    this.workers.push(worker);
    await worker.says(/waiting for chunks/);
    return worker;
  }

  /** Another web process in the place of the first. */
  async restartWeb(env: Record<string, string> = {}): Promise<void> {
    this.web = NodeProcess.start("packages/web/dist/main.js", { ...this.env, ...env });
    this.url = (await this.web.says(/"url":"([^"]+)"/))[1]!;
  }

  async submit(table: string, headers: Record<string, string> = {}): Promise<string> {
    const response = await postCsv(`${this.url}/v1/jobs`, table, headers);
    const body = await response.text();
    expect([response.status, body]).toEqual([202, expect.any(String)]);
    return (JSON.parse(body) as { id: string }).id;
  }

  job(id: string): Promise<Record<string, unknown>> {
    return fetch(`${this.url}/v1/jobs/${id}`).then(
      (response) => response.json() as Promise<Record<string, unknown>>,
    );
  }

  /** The job completes, and its result is what an undisturbed service gives, byte for byte. */
  async expectWhole(id: string, table: string): Promise<void> {
    const rows = table.split("\n").length - 1;
    const ended = await finished(this.url, id);
    expect(ended).toMatchObject({ state: "completed", rowsDone: rows, rowsTotal: rows });
    const result = await (await fetch(`${this.url}/v1/jobs/${id}/result`)).text();
    let expected = this.results.get(table);
    if (expected === undefined) {
      expected = plainResult(table, this.env.SHAP_MAX_BATCH_SIZE!);
      this.results.set(table, expected);
    }
    expect(result === (await expected)).toBe(true);
  }

  async health(): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}/health`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.stop("SIGKILL")));
  }

  async close(): Promise<void> {
    RunningService.open.delete(this);
    await this.stopWorkers();
    await this.web.stop("SIGKILL");
    await this.redis.remove();
  }
}

/** Waits until web answers this status at /health. */
export async function healthy(service: RunningService, status = 200): Promise<Record<string, unknown>> {
  for (;;) {
    const health = await service.health();
    if (health.status === status) return health.body;
    await setTimeout(50);
  }
}
