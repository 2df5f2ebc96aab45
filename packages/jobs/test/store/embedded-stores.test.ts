import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileChunkStore } from "../../src/store/files/file-chunk-store.js";
import { MemoryJobStore } from "../../src/store/memory/memory-job-store.js";
import { until } from "../until.js";
import { describeStores, newJob } from "./store-contract.js";

const chunks = new FileChunkStore();
const jobs = new MemoryJobStore(3600);
afterAll(() => chunks.close());

describeStores("memory and files", () => ({ jobs, chunks }));

describe("chunks in files", () => {
  it("of a process that was killed are removed by the next one, those of a live one are not", async () => {
    const { pid: dead } = spawnSync("true");
    const folders = [dead, process.pid].map((pid) =>
      mkdtempSync(join(tmpdir(), `shap-service-chunks-${pid}-`)),
    );
    const next = new FileChunkStore();
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, true]);
    rmSync(folders[1]!, { recursive: true });
    await next.close();
  });

  it("are not kept for a job that cannot use them, though it ends while they are written", async () => {
    let wanted = true;
    const files = new FileChunkStore(() => wanted);
    const { id } = newJob();
    const puts = Array.from({ length: 20 }, (_, index) =>
      files.put(id, "in", index, new Uint8Array(100_000)),
    );
    wanted = false;
    await files.removeJob(id);
    await Promise.all(puts);
    await files.put(id, "in", 99, new Uint8Array(1));
    expect(await files.waiting(id)).toEqual([]);
    await files.close();
  });
});

describe("a job in memory", () => {
  it("is forgotten when its time is over, and tells so that its files can be freed", async () => {
    const expired: string[] = [];
    const shortLived = new MemoryJobStore(0.05, (job) => expired.push(job.id));
    const job = newJob();
    await shortLived.create(job);
    await until(() => expired.length > 0);
    expect(expired).toEqual([job.id]);
    expect(await shortLived.get(job.id)).toBeUndefined();
  });
});
