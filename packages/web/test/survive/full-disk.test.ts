import { mkdtempSync, readdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { NodeProcess } from "../node-process.js";
import { finished, post, postCsv, sampleRows } from "../service.js";
import { LIMIT_MS, plainResult, tableOf } from "./running-service.js";

/** Alone on this disk: a file system of 4 MB that only the process sees, and that goes with it. */
const onSmallDisk = (folder: string) => [
  "unshare",
  ...(process.getuid!() === 0 ? [] : ["--map-root-user"]),
  "--mount",
  "sh",
  "-c",
  `mount -t tmpfs -o size=4m tmpfs ${folder} && exec "$@"`,
  "sh",
];

let folder: string;
let web: NodeProcess;
let url: string;
/** The disk as the process sees it. */
let disk: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "shap-disk-"));
  const env = { PORT: "0", TMPDIR: folder };
  web = NodeProcess.start("packages/web/dist/main.js", env, onSmallDisk(folder));
  url = (await web.says(/"url":"([^"]+)"/))[1]!;
  disk = `/proc/${web.pid}/root${folder}`;
}, LIMIT_MS);
afterAll(async () => {
  await web.stop("SIGKILL");
  rmSync(folder, { recursive: true });
});

const filler = () => join(disk, "filler");

/** Fills the disk but for so many bytes. */
function leaveRoom(bytes: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler(), new Uint8Array(bavail * bsize - bytes));
}

/** The files of jobs that are kept. */
const kept = (): string[] =>
  readdirSync(disk, { recursive: true })
    .map(String)
    .filter((name) => /\.(in|out|part)$/.test(name));

const health = async () => {
  const response = await fetch(`${url}/health`);
  return { status: response.status, body: await response.json() };
};

describe("a disk that is full", () => {
  it(
    "in the middle of an upload refuses it with 507 and keeps nothing of it; with room, the same upload is taken",
    async () => {
      const table = tableOf(3000);
      const key = { "idempotency-key": '"full"' };
      leaveRoom(300_000);
      const refused = await postCsv(`${url}/v1/jobs`, table, key);
      expect(refused.status).toBe(507);
      expect(await refused.json()).toMatchObject({ code: "store-full" });
      expect(kept()).toEqual([]);
      rmSync(filler());
      const response = await postCsv(`${url}/v1/jobs`, table, key);
      expect(response.status).toBe(202);
      const { id } = (await response.json()) as { id: string };
      expect(await finished(url, id)).toMatchObject({ state: "completed", rowsDone: 3000 });
      expect((await fetch(`${url}/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(204);
    },
    LIMIT_MS,
  );

  it(
    "in the middle of explaining keeps the job waiting, serves the rest, and with room the job goes on by itself",
    async () => {
      const table = tableOf(500);
      // The rows of the chunk take 100 kB and its result as much again: only one of them has room.
      leaveRoom(150_000);
      const response = await postCsv(`${url}/v1/jobs`, table);
      expect(response.status).toBe(202);
      const { id } = (await response.json()) as { id: string };
      // Long enough for three tries of a chunk that fails by its own fault.
      await setTimeout(3500);
      const job = await (await fetch(`${url}/v1/jobs/${id}`)).json();
      expect(job).toMatchObject({ state: "running", rowsDone: 0 });
      expect(await health()).toMatchObject({
        status: 200,
        body: { status: "degraded", queue: { status: "full" } },
      });
      const explain = await post(`${url}/v1/models/mortgage/explain`, { rows: sampleRows(1) });
      expect(explain.status).toBe(200);
      truncateSync(filler(), 0);
      expect(await finished(url, id)).toMatchObject({ state: "completed", rowsDone: 500 });
      const result = await (await fetch(`${url}/v1/jobs/${id}/result`)).text();
      expect(result === (await plainResult(table, "500"))).toBe(true);
      expect(kept()).toEqual([expect.stringMatching(/0\.out$/)]);
      expect(await health()).toMatchObject({ status: 200, body: { status: "ok" } });
    },
    LIMIT_MS,
  );
});
