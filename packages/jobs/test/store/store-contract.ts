import type { NewJob } from "../../src/job.js";
import { newJobId } from "../../src/job-intake.js";
import type { ChunkStore } from "../../src/store/chunk-store.js";
import type { JobStore } from "../../src/store/job-store.js";

export const newJob = (): NewJob => ({
  id: newJobId(),
  model: { name: "m", version: "0".repeat(64) },
  options: { perturbation: "auto", output: "raw" },
  featureNames: ["a", "__proto__"],
  outputNames: ["out"],
  idColumns: ["key"],
});

/** What every pair of stores must do. */
export function describeStores(name: string, stores: () => { jobs: JobStore; chunks: ChunkStore }): void {
  describe(`${name}, as a store of jobs`, () => {
    it("keeps what was submitted", async () => {
      const { jobs } = stores();
      const job = newJob();
      await jobs.create(job);
      expect(await jobs.get(job.id)).toMatchObject({ ...job, state: "queued", rowsDone: 0, chunksDone: 0 });
      expect(await jobs.get(newJobId())).toBeUndefined();
    });

    it("completes a job when it is sealed and every chunk is done, in any order", async () => {
      const { jobs } = stores();
      const job = newJob();
      await jobs.create(job);
      expect(await jobs.chunkBegun(job.id, 0, "r")).toBe(1);
      expect((await jobs.get(job.id))?.state).toBe("running");
      await jobs.chunkDone(job.id, 1, 3);
      await jobs.seal(job.id, 8, 2);
      expect(await jobs.get(job.id)).toMatchObject({
        state: "running",
        rowsDone: 3,
        rowsTotal: 8,
        chunks: 2,
      });
      await jobs.chunkDone(job.id, 0, 5);
      const done = await jobs.get(job.id);
      expect(done).toMatchObject({ state: "completed", rowsDone: 8, chunksDone: 2 });
      expect(done?.finishedAt).toBeGreaterThan(0);
    });

    it("completes a job whose last chunk was done before it was sealed", async () => {
      const { jobs } = stores();
      const job = newJob();
      await jobs.create(job);
      await jobs.chunkDone(job.id, 0, 5);
      await jobs.seal(job.id, 5, 1);
      expect((await jobs.get(job.id))?.state).toBe("completed");
    });

    it("counts a chunk once however often it is done", async () => {
      const { jobs } = stores();
      const job = newJob();
      await jobs.create(job);
      await jobs.chunkDone(job.id, 0, 5);
      await jobs.chunkDone(job.id, 0, 5);
      expect(await jobs.get(job.id)).toMatchObject({ rowsDone: 5, chunksDone: 1 });
    });

    it("leaves a job that ended as it is", async () => {
      const { jobs } = stores();
      const failed = newJob();
      await jobs.create(failed);
      expect(await jobs.fail(failed.id, "chunk 3: no")).toBe(true);
      expect(await jobs.cancel(failed.id)).toBe(false);
      expect(await jobs.chunkBegun(failed.id, 0, "r")).toBe(0);
      expect(await jobs.chunkDone(failed.id, 0, 1)).toBe(false);
      expect(await jobs.seal(failed.id, 1, 1)).toBe(false);
      expect(await jobs.get(failed.id)).toMatchObject({ state: "failed", error: "chunk 3: no", rowsDone: 0 });
    });

    it("counts the runs that began a chunk and did not end, each once however often it says so", async () => {
      const { jobs } = stores();
      const job = newJob();
      await jobs.create(job);
      expect(await jobs.chunkBegun(job.id, 0, "run-a")).toBe(1);
      expect(await jobs.chunkBegun(job.id, 0, "run-a")).toBe(1);
      expect(await jobs.chunkBegun(job.id, 0, "run-b")).toBe(2);
      expect(await jobs.chunkBegun(job.id, 1, "run-b")).toBe(1);
      await jobs.chunkLeft(job.id, 0, "run-unknown");
      await jobs.chunkLeft(job.id, 0, "run-a");
      expect(await jobs.chunkBegun(job.id, 0, "run-c")).toBe(2);
      await jobs.chunkLeft(job.id, 0, "run-b");
      await jobs.chunkLeft(job.id, 0, "run-c");
      expect(await jobs.chunkBegun(job.id, 0, "run-d")).toBe(1);
    });

    it("tells the time it goes by", async () => {
      const { jobs } = stores();
      const job = newJob();
      const before = await jobs.now();
      await jobs.create(job);
      const { createdAt, touchedAt } = (await jobs.get(job.id))!;
      expect(createdAt).toBeGreaterThanOrEqual(before);
      expect(touchedAt).toBeLessThanOrEqual(await jobs.now());
    });

    it("lists the jobs that have not ended, and their chunks that are not done", async () => {
      const { jobs } = stores();
      const [open, ended] = [newJob(), newJob()];
      await jobs.create(open);
      await jobs.create(ended);
      await jobs.cancel(ended.id);
      await jobs.chunkDone(open.id, 1, 5);
      await jobs.seal(open.id, 15, 3);
      const ids = (await jobs.listOpen()).map((job) => job.id);
      expect(ids).toContain(open.id);
      expect(ids).not.toContain(ended.id);
      expect(await jobs.pendingChunks(open.id)).toEqual([0, 2]);
      expect(await jobs.touch(open.id)).toBe(true);
      expect(await jobs.touch(ended.id)).toBe(false);
    });

    it("answers false for a job that is gone", async () => {
      const { jobs } = stores();
      const job = newJob();
      await jobs.create(job);
      await jobs.remove(job.id);
      expect(await jobs.get(job.id)).toBeUndefined();
      expect(await jobs.chunkBegun(job.id, 0, "r")).toBe(0);
      expect(await jobs.cancel(job.id)).toBe(false);
    });
  });

  describe(`${name}, as a store of chunks`, () => {
    const bytes = (...values: number[]) => Uint8Array.from(values);

    it("gives back what was put, and undefined for what was not", async () => {
      const { jobs, chunks } = stores();
      const job = newJob();
      await jobs.create(job);
      await chunks.put(job.id, "in", 0, bytes(1, 2, 255));
      await chunks.put(job.id, "out", 0, bytes(9));
      await chunks.put(job.id, "out", 0, bytes(9));
      expect(Uint8Array.from((await chunks.get(job.id, "in", 0))!)).toEqual(bytes(1, 2, 255));
      expect(Uint8Array.from((await chunks.get(job.id, "out", 0))!)).toEqual(bytes(9));
      expect(await chunks.get(job.id, "out", 1)).toBeUndefined();
    });

    it("frees one blob, or all of a job", async () => {
      const { jobs, chunks } = stores();
      const job = newJob();
      await jobs.create(job);
      for (const index of [0, 1]) await chunks.put(job.id, "in", index, bytes(index));
      await chunks.remove(job.id, "in", 0);
      expect(await chunks.get(job.id, "in", 0)).toBeUndefined();
      expect(await chunks.get(job.id, "in", 1)).toBeDefined();
      await chunks.removeJob(job.id);
      expect(await chunks.get(job.id, "in", 1)).toBeUndefined();
    });
  });
}
