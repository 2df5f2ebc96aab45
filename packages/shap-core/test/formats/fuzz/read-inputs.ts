// Runs in a process of its own (see fuzz.test.ts): a reader that hangs or takes all memory must not take the tests
// with it. Reads the inputs `from` to `to` of one target and sends what went wrong.
import { readFileSync } from "node:fs";
import { parseJson } from "../../../src/formats/json-text.js";
import { loadModel, type Model, ModelFormatError, UnsupportedModelError } from "../../../src/index.js";
import { mutateBytes } from "./mutate-bytes.js";
import { mutateDocument } from "./mutate-document.js";
import { mutateText } from "./mutate-text.js";
import { Random } from "./random.js";
import { type FuzzTarget, targets } from "./targets.js";

/** The CPU time and the memory a single input may take. */
const MAX_SECONDS = 1;
const MAX_BYTES = 256 * 2 ** 20;

export interface FuzzJob {
  readonly format: string;
  readonly fixtures: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export interface FuzzReport {
  readonly models: number;
  readonly refusals: number;
  readonly failures: readonly string[];
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

class Fuzzer {
  private readonly seeds: readonly { bytes: Uint8Array; text: string; json: unknown }[];
  private models = 0;
  private refusals = 0;
  private readonly failures: string[] = [];

  constructor(
    private readonly target: FuzzTarget,
    private readonly job: FuzzJob,
  ) {
    this.seeds = target.seeds.map((file) => {
      const bytes = new Uint8Array(readFileSync(new URL(file, job.fixtures)));
      const text = decoder.decode(bytes);
      return { bytes, text, json: file.endsWith(".json") ? parseJson(text) : undefined };
    });
  }

  run(): FuzzReport {
    for (const { bytes } of this.seeds) loadModel(bytes, this.target.options);
    for (let index = this.job.from; index < this.job.to && this.failures.length < 5; index++)
      this.readOne(index);
    const { models, refusals, failures } = this;
    return { models, refusals, failures };
  }

  private readOne(index: number): void {
    const input = this.input(new Random(this.job.seed, index));
    const [cpuBefore, rssBefore] = [process.cpuUsage(), process.resourceUsage().maxRSS];
    try {
      this.read(input, index);
    } catch (error) {
      this.fail(index, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    const cpu = process.cpuUsage(cpuBefore);
    const seconds = (cpu.user + cpu.system) / 1e6;
    if (seconds > MAX_SECONDS) this.fail(index, `took ${seconds} s of CPU time`);
    const bytes = (process.resourceUsage().maxRSS - rssBefore) * 1024;
    if (bytes > MAX_BYTES) this.fail(index, `took ${Math.round(bytes / 2 ** 20)} MB`);
  }

  /** Ends in a model that predicts, or in an error that says where the file is wrong; anything else is thrown. */
  private read(input: Uint8Array | string | object, index: number): void {
    // Half of the inputs are recognised by their content, the rest are said to be of the format.
    const options =
      index % 2 === 0 ? this.target.options : { ...this.target.options, format: this.target.format };
    let model: Model;
    try {
      model = loadModel(input, options);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.refusals++;
      return;
    }
    this.models++;
    const columns = model.featureNames.length;
    if (columns > 1000) return;
    const data = Float64Array.from({ length: 3 * columns }, (_, i) => [Number.NaN, 0, 3][i % 3]!);
    try {
      model.predict({ data, rows: 3, columns });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ShapeError") throw error;
    }
  }

  private input(random: Random): Uint8Array | string | object {
    const seed = random.pick(this.seeds);
    const kind = random.below(10);
    if (seed.json !== undefined && kind < 4) return mutateDocument(seed.json, random);
    if (this.isBinary || kind < 6) return mutateBytes(seed.bytes, random);
    const text = mutateText(seed.text, random);
    return kind < 8 ? encoder.encode(text) : text;
  }

  private get isBinary(): boolean {
    return this.target.seeds.every((file) => !/\.(json|txt|pmml|xml)$/.test(file));
  }

  private fail(index: number, what: string): void {
    this.failures.push(`seed ${this.job.seed}, input ${index}: ${what}`);
  }
}

function isRefusal(error: unknown): boolean {
  if (error instanceof UnsupportedModelError) return error.what !== "" && error.remedy !== "";
  return error instanceof ModelFormatError && error.format !== "" && error.expected !== "";
}

process.on("message", (job: FuzzJob) => {
  const target = targets.find(({ format }) => format === job.format)!;
  process.send!(new Fuzzer(target, job).run());
});
