import { pino } from "pino";
import { type Backend, openBackend } from "../src/backend.js";
import { chunkHandler } from "../src/explain-chunk.js";
import { JobEndedError, JobIntake, MAX_QUEUED, newJobId } from "../src/job-intake.js";
import { openCatalogue } from "../src/models/model-catalogue.js";
import { jobModelOf } from "../src/models/model-file.js";
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

const begin = () =>
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
    await handle(task(intake.job.id), never);
    const first = await backend.chunks.get(intake.job.id, "out", 0);
    await handle(task(intake.job.id), never);
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
    await handle(task(intake.job.id, 0), never);
    const result = (await backend.chunks.get(intake.job.id, "out", 0))!;
    await backend.chunks.put(intake.job.id, "out", 1, result);
    await backend.chunks.remove(intake.job.id, "in", 1);
    await handle(task(intake.job.id, 1), never);
    expect(await backend.jobs.get(intake.job.id)).toMatchObject({ state: "completed", chunksDone: 2 });
  });

  it("that made three workers silent fails its job with the reason", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    for (let i = 0; i < 3; i++) await backend.jobs.chunkBegun(intake.job.id, 0);
    await handler()(task(intake.job.id), never);
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
    await handler()(task(intake.job.id), never);
    expect(await backend.chunks.get(intake.job.id, "out", 0)).toBeUndefined();
  });

  it("whose time is taken away stores nothing, and counts as left", async () => {
    const intake = await begin();
    await intake.add(rows(1), []);
    await intake.seal();
    const aborted = AbortSignal.abort(new Error("lost"));
    await expect(handler()(task(intake.job.id), aborted)).rejects.toThrow("lost");
    expect(await backend.chunks.get(intake.job.id, "out", 0)).toBeUndefined();
    expect(await backend.jobs.chunkBegun(intake.job.id, 0)).toBe(1);
  });
});

describe("an upload", () => {
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
