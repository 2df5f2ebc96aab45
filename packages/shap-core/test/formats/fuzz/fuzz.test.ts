import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { formats } from "../../../src/formats/detect.js";
import { type CompiledSources, compileSources } from "./compile-sources.js";
import type { FuzzJob, FuzzReport } from "./read-inputs.js";
import { targets } from "./targets.js";

/** Inputs a format, and the seed they are made from: FUZZ_SEED=... makes those of an earlier run again. */
const inputs = Number(process.env.FUZZ_INPUTS ?? 10_000);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

const fixtures = new URL("../../../fixtures/", import.meta.url).href;

let sources: CompiledSources;
beforeAll(() => {
  sources = compileSources();
});
afterAll(() => {
  sources.remove();
});

/** Reads inputs in a process that may use 256 MB of heap; one that hangs or dies is reported as such. */
async function readInAProcess(job: FuzzJob, patience: number): Promise<FuzzReport> {
  const child = fork(fileURLToPath(sources.urlOf("test/formats/fuzz/read-inputs.js")), {
    execArgv: ["--max-old-space-size=256"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr!.on("data", (chunk) => {
    stderr = (stderr + chunk).slice(-2000);
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), patience);
    child.once("message", (report) => {
      resolve(report as FuzzReport);
      child.kill();
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      const failure = `seed ${job.seed}, an input from ${job.from} to ${job.to}: the process ended (${code ?? signal}) ${stderr}`;
      resolve({ models: 0, refusals: 0, failures: [failure] });
    });
    child.send(job);
  });
}

describe(`fuzzed with seed ${seed}`, () => {
  it("covers every format that is read", () => {
    const fuzzed: string[] = targets.map(({ format }) => format);
    expect(fuzzed.sort()).toEqual(formats.map(({ name }): string => name).sort());
  });

  it.each(targets.map(({ format }) => format))(
    "%s: every input ends in a model or in an error that says what is wrong",
    async (format) => {
      const report = await readInAProcess({ format, fixtures, seed, from: 0, to: inputs }, 120_000);
      expect(report.failures).toEqual([]);
      expect(report.models + report.refusals).toBe(inputs);
      // Mutations that were all refused at the door, or all harmless, would prove nothing.
      expect(report.models).toBeGreaterThan(inputs / 100);
      expect(report.refusals).toBeGreaterThan(inputs / 5);
    },
    150_000,
  );
});
