import { pino } from "pino";
import { type Backend, openBackend } from "../src/backend.js";
import { chunkHandler } from "../src/explain-chunk.js";
import { JobEndedError, JobIntake, MAX_QUEUED, newJobId } from "../src/job-intake.js";
import { openCatalogue } from "../src/models/model-catalogue.js";
import { jobModelOf } from "../src/models/model-file.js";
import { LockLostError, NotForMeError } from "../src/queue/chunk-queue.js";
import { readSettings } from "../src/settings/settings.js";
import { until } from "./until.js";

const log = pino({ level: "silent" });
const settings = readSettings({});
const models = openCatalogue(settings);
const served = (await models.only())!;
const features = served.model.featureNames.length;

let backend: Backend;
beforeEach(() => {
  backend = openBackend(settings, log);
});
afterEach(() => backend.close(0));

const begin = (gone?: AbortSignal) =>
  JobIntake.begin(
    {
      id: newJobId(),
      model: jobModelOf(served),
      options: { perturbation: "auto", output: "raw" },
      featureNames: served.model.featureNames,
      outputNames: served.model.outputNames,
      idColumns: [],
    },
    backend,
    undefined,
    gone,
  );
const rows = (count: number) => ({
  data: new Float64Array(count * features),
  rows: count,
  columns: features,
});
const task = (jobId: string, index = 0) => ({ schema: 1, jobId, index }) as const;
const never = new AbortController().signal;
const handler = () => chunkHandler({ ...backend, models, limitBytes: settings.memory.limitBytes });

describe("a chunk", () => {
  it("is explained once and counted once, however often it is run", async () => {
    const intake = await begin();
    await intake.add(rows(3), []);
    await intake.seal();
    const handle = handler();
    await handle(task(intake.job.id), never, "r1");
    const first = await backend.chunks.get(intake.job.id, "out", 0);
    await handle(task(intake.job.id), never, "r1");
    expect(await backend.jobs.get(intake.job.id)).toMatchObject({ state: "completed", rowsDone: 3 });
    expect(await backend.chunks.get(intake.job.id, "out", 0)).toEqual(first);
    expect(await backend.chunks.get(intake.job.id, "in", 0)).toBeUndefined();
  });

  it("whose result was stored but not counted is counted from its result", async () => {
    const intake = await begin();
    await intake.add(rows(3), []);
    await intake.add(rows(2), []);
    await intake.seal();
    const handle = handler();
    await handle(task(intake.job.id, 0), never, "r1");
    const result = (await backend.chunks.get(intake.job.id, "out", 0))!;
    await backend.chunks.put(intake.job.id, "out", 1, result);
    await backend.chunks.remove(intake.job.id, "in", 1);
    await handle(task(intake.job.id, 1), never, "r1");
    expect(await backend.jobs.get(intake.job.id)).toMatchObject({ state: "completed", chunksDone: 2 });
  });

  it("that made three workers silent fails its job with the reason", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    for (const run of ["a", "b", "c"]) await backend.jobs.chunkBegun(intake.job.id, 0, run);
    await handler()(task(intake.job.id), never, "r1");
    expect(await backend.jobs.get(intake.job.id)).toMatchObject({
      state: "failed",
      error: "chunk 0: 3 workers went silent while they explained it",
    });
  });

  it("of a job that was cancelled leaves nothing", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    await backend.jobs.cancel(intake.job.id);
    await handler()(task(intake.job.id), never, "r1");
    expect(await backend.chunks.get(intake.job.id, "out", 0)).toBeUndefined();
  });

  it("whose time is taken away stores nothing, and counts as left", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    const aborted = AbortSignal.abort(new Error("lost"));
    await expect(handler()(task(intake.job.id), aborted, "r1")).rejects.toThrow("lost");
    expect(await backend.chunks.get(intake.job.id, "out", 0)).toBeUndefined();
    expect(await backend.jobs.chunkBegun(intake.job.id, 0, "r2")).toBe(1);
  });

  it("that went to another worker, since this one was silent, counts as begun", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    const lost = AbortSignal.abort(new LockLostError("lost"));
    await expect(handler()(task(intake.job.id), lost, "r1")).rejects.toThrow("lost");
    expect(await backend.jobs.chunkBegun(intake.job.id, 0, "r2")).toBe(2);
  });

  it("of a newer generation is left to its workers", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    const { job } = intake;
    const newer = { ...job, id: newJobId(), schema: 99 };
    await backend.jobs.create(newer);
    await backend.chunks.put(newer.id, "in", 0, (await backend.chunks.get(job.id, "in", 0))!);
    await expect(handler()(task(newer.id), never, "r1")).rejects.toThrow(NotForMeError);
    expect((await backend.jobs.get(newer.id))?.rowsDone).toBe(0);
  });

  it("whose rows are damaged fails, and counts nothing", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    await backend.chunks.put(intake.job.id, "in", 0, Uint8Array.of(0, 0, 0, 0));
    await expect(handler()(task(intake.job.id), never, "r1")).rejects.toThrow("damaged");
    expect(await backend.jobs.get(intake.job.id)).toMatchObject({ state: "running", rowsDone: 0 });
  });

  it("is named in the heartbeat while it is explained, and no longer", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    const tally = { rowsDone: 0, job: null as string | null };
    const handle = chunkHandler({ ...backend, models, limitBytes: settings.memory.limitBytes, tally });
    await expect(handle(task(intake.job.id), AbortSignal.abort(new Error("lost")), "r1")).rejects.toThrow();
    expect(tally).toEqual({ rowsDone: 0, job: null });
  });
});

describe("an upload", () => {
  it("whose job ends before it is sealed is told why, and leaves nothing", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await backend.jobs.fail(intake.job.id, "chunk 0: no luck");
    await intake.add(rows(1), []);
    await expect(intake.seal()).rejects.toThrow(/is failed: chunk 0: no luck/);
    expect(await backend.chunks.waiting(intake.job.id)).toEqual([]);
    await intake.abandon();
  });

  it("ends while it is held back where its client has gone", async () => {
    const gone = new AbortController();
    const intake = await begin(gone.signal);
    const adding = (async () => {
      for (;;) await intake.add(rows(1), []);
    })();
    await until(async () => (await backend.chunks.waiting(intake.job.id)).length > 60);
    gone.abort(new Error("hung up"));
    await expect(adding).rejects.toThrow("hung up");
    await intake.abandon();
    expect(await backend.chunks.waiting(intake.job.id)).toEqual([]);
  });

  it("stops when its job has ended", async () => {
    const intake = await begin();
    await backend.jobs.cancel(intake.job.id);
    await expect(intake.add(rows(1), [])).rejects.toThrow(JobEndedError);
  });

  it("is held back while many chunks wait, and goes on as they are done", async () => {
    const intake = await begin();
    let added = 0;
    const uploading = (async () => {
      for (; added < 100; added++) await intake.add(rows(1), []);
      await intake.seal();
    })();
    await until(() => added >= 65);
    const held = added;
    expect(held).toBeLessThan(80);
    await backend.queue.process(handler());
    await uploading;
    await until(async () => (await backend.jobs.get(intake.job.id))?.state === "completed");
    expect(await backend.jobs.get(intake.job.id)).toMatchObject({ rowsDone: 100, chunks: 100 });
  });
});

describe("all uploads", () => {
  it("are held back while the queue is full of other jobs' chunks", async () => {
    for (let index = 0; index < MAX_QUEUED; index++) await backend.queue.add(task("jother", index));
    const intake = await begin();
    let added = false;
    const adding = intake.add(rows(1), []).then(() => {
      added = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(added).toBe(false);
    await backend.queue.process(handler());
    await adding;
    await intake.seal();
    await until(async () => (await backend.jobs.get(intake.job.id))?.state === "completed");
  });
});
