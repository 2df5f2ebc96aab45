import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { createExplainer, type Explanation, loadModel } from "shap-core";
import { run } from "../src/index.js";

const mortgage = (name: string) =>
  fileURLToPath(new URL(`../../../examples/mortgage/${name}`, import.meta.url));
const bin = fileURLToPath(new URL("../bin/shap-core.js", import.meta.url));
const modelFile = mortgage("model.json");

let folder: string;
/** The first 60 rows of the example, and 20 background rows. */
let sample: string;
let background: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shap-core-cli-"));
  const head = async (name: string, rows: number) => {
    const lines = (await readFile(mortgage(name), "utf8")).split("\n").slice(0, rows + 1);
    await writeFile(join(folder, name), `${lines.join("\n")}\n`);
    return join(folder, name);
  };
  sample = await head("sample.csv", 60);
  background = await head("background.csv", 20);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const shapCore = (args: string[]) =>
  execa("node", [bin, ...args], { reject: false, stripFinalNewline: false });

/** The command in this process, for what needs none of its own. */
async function explain(...args: string[]) {
  const written = { stdout: "", stderr: "" };
  const into = (name: keyof typeof written) =>
    new Writable({
      write(chunk, _, done) {
        written[name] += chunk;
        done();
      },
    });
  const streams = { stdin: Readable.from([]), stdout: into("stdout"), stderr: into("stderr") };
  const exitCode = await run(["explain", ...args], streams);
  return { exitCode, ...written };
}

async function table(path: string): Promise<{ names: string[]; rows: number[][] }> {
  const [header = "", ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
  const rows = lines.map((line) => line.split(",").map((cell) => (cell === "" ? Number.NaN : Number(cell))));
  return { names: header.split(","), rows };
}

async function expected(options: object = {}): Promise<Explanation> {
  const model = loadModel(await readFile(modelFile));
  return createExplainer(model, options).explain((await table(sample)).rows);
}

/** The sample as NDJSON; missing values are absent. */
async function ndjsonSample(): Promise<string> {
  const { names, rows } = await table(sample);
  const path = join(folder, "sample.ndjson");
  const lines = rows.map((row) => {
    const known = row.flatMap((value, j) => (Number.isNaN(value) ? [] : [[names[j], value]]));
    return JSON.stringify({ ...Object.fromEntries(known), who: `row "${row[0]}"` });
  });
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

describe("shap-core explain", () => {
  it("writes CSV: the same bytes as the library, whatever the chunks", async () => {
    const whole = (await expected()).toCSV();
    const result = await shapCore(["explain", modelFile, sample, "--chunk-size", "7"]);
    expect(result.stderr).toBe("");
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toBe(whole);
  });

  it("writes NDJSON and JSON from NDJSON, with the rows' own names", async () => {
    const { values, data } = await expected();
    const rows = await ndjsonSample();
    const flags = ["--id", "who", "--chunk-size", "11"];
    const lines = String((await explain(modelFile, rows, "--to", "ndjson", ...flags)).stdout)
      .trimEnd()
      .split("\n");
    const { rows: listed } = JSON.parse(
      String((await explain(modelFile, rows, "--to", "json", ...flags)).stdout),
    );
    expect(lines.map((line) => JSON.parse(line))).toEqual(listed);
    expect(listed.flatMap((row: { values: object }) => Object.values(row.values))).toEqual([...values]);
    expect(listed[0].who).toBe(`row "${data.data[0]}"`);
  });

  it("writes Parquet: float64 columns, ids as text", async () => {
    const out = join(folder, "result.parquet");
    const result = await explain(
      modelFile,
      await ndjsonSample(),
      "--id",
      "who",
      "--out",
      out,
      "--chunk-size",
      "50",
    );
    expect(result.exitCode).toBe(0);
    const explanation = await expected();
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(out) });
    expect(read).toHaveLength(explanation.data.rows);
    for (const [name, column] of explanation.columns()) {
      expect(read.map((row) => row[name])).toEqual([...column]);
    }
    expect(read[0]!.who).toBe(`row "${explanation.data.data[0]}"`);
  });

  it("takes a background and the output to explain", async () => {
    const options = { background: (await table(background)).rows, output: "probability" };
    const result = await explain(
      ...[modelFile, sample, "--background", background, "--output", "probability"],
    );
    expect(result.stdout).toBe((await expected(options)).toCSV());
  });

  it.each(["bar", "beeswarm", "decision", "force", "heatmap", "violin", "waterfall"])(
    "draws a %s plot",
    async (plot) => {
      const out = join(folder, `${plot}.svg`);
      const result = await explain(modelFile, sample, "--plot", plot, "--out", out);
      expect(result.stderr).toBe("");
      expect(await readFile(out, "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    },
  );

  it("draws a scatter plot of a feature, and asks which where none is named", async () => {
    const flags = [modelFile, sample, "--plot", "scatter"];
    expect((await explain(...flags, "--feature", "credit_score")).stdout).toContain("credit_score");
    const asked = await explain(...flags);
    expect([asked.exitCode, asked.stderr]).toEqual([2, "shap-core: scatter needs --feature NAME\n"]);
  });

  it("gives results while the input is still coming", async () => {
    const [header, ...rows] = (await readFile(sample, "utf8")).split("\n");
    const running = execa("node", [bin, "explain", modelFile, "-", "--chunk-size", "1"], { buffer: false });
    const lines = running.iterable()[Symbol.asyncIterator]();
    const next = async () => String((await lines.next()).value);
    running.stdin.write(`${header}\n${rows[0]}\n${rows[1]}\n`);
    expect(await next()).toContain("shap:credit_score");
    // Whether a line is over the parser knows when the next one begins.
    expect((await next()).startsWith(rows[0]!)).toBe(true);
    running.stdin.end(`${rows[2]}\n`);
    expect((await next()).startsWith(rows[1]!)).toBe(true);
    expect((await next()).startsWith(rows[2]!)).toBe(true);
    expect((await running).exitCode).toBe(0);
  });

  it("is stopped by a signal with exit code 5 and leaves nothing behind", async () => {
    const out = join(folder, "stopped", "result.csv");
    await mkdir(join(folder, "stopped"));
    const lines = (await readFile(sample, "utf8")).split("\n");
    const running = shapCore(["explain", modelFile, "-", "--chunk-size", "1", "--out", out]);
    running.stdin!.write(lines.slice(0, 3).join("\n"));
    await waitFor(async () => (await readdir(join(folder, "stopped"))).includes("result.csv.partial"));
    running.kill("SIGINT");
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([5, "shap-core: stopped; nothing was written\n"]);
    expect(await readdir(join(folder, "stopped"))).toEqual([]);
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()) && tries < 500; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("what the caller can mend ends with exit code 2 and says where", () => {
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const changed = async (name: string, change: (text: string) => string) =>
    file(name, change(await readFile(sample, "utf8")));

  it.each<[string, () => Promise<string[]>, RegExp]>([
    ["no such model", async () => ["nowhere.json", sample], /nowhere\.json: no such file/],
    ["no model", async () => [sample, sample], /sample\.csv: /],
    ["no such rows", async () => [modelFile, "nowhere.csv"], /nowhere\.csv: no such file/],
    ["rows of unknown format", async () => [modelFile, modelFile], /rows come as \.csv, \.ndjson or \.jsonl/],
    ["a folder", async () => [modelFile, folder], /is a folder/],
    ["no such plot", async () => [modelFile, sample, "--plot", "pie"], /Allowed choices are/],
    [
      "a plot as CSV",
      async () => [modelFile, sample, "--plot", "bar", "--to", "csv"],
      /does not go with --to csv/,
    ],
    [
      "parquet to standard output",
      async () => [modelFile, sample, "--to", "parquet"],
      /give --out FILE\.parquet/,
    ],
    ["a chunk of none", async () => [modelFile, sample, "--chunk-size", "0"], /a whole number from 1/],
    [
      "no such folder",
      async () => [modelFile, sample, "--out", join(folder, "no", "x.csv")],
      /no such folder/,
    ],
    [
      "a misspelt column",
      async () => [modelFile, await changed("a.csv", (text) => text.replace("credit_score", "credit_scor"))],
      /"credit_scor" is no feature of the model; did you mean "credit_score"\?/,
    ],
    ["an absent column", async () => [modelFile, sample, "--ignore", "region"], /no column "region"/],
    [
      "a short line",
      async () => [modelFile, await changed("b.csv", (text) => text.replace(/\n([^\n]*\n)$/, "\n1,2\n"))],
      /b\.csv, line \d+: 2 cells; the header has 24/,
    ],
    [
      "text for a number",
      async () => [modelFile, await changed("c.csv", (text) => text.replace("132900", "dear"))],
      /c\.csv, line 2: "loan_amount": expected a number, got the text "dear"/,
    ],
    [
      "broken JSON",
      async () => [modelFile, await file("d.ndjson", '{"region": 1}\n{"region":')],
      /d\.ndjson, line 2: /,
    ],
    [
      "no object",
      async () => [modelFile, await file("e.ndjson", "[1]\n")],
      /e\.ndjson, line 1: expected an object/,
    ],
    [
      "nothing to draw",
      async () => [modelFile, await changed("f.csv", (text) => `${text.split("\n")[0]}\n`), "--to", "svg"],
      /no rows to draw/,
    ],
    [
      "a row that is not there",
      async () => [modelFile, sample, "--plot", "waterfall", "--row", "99999"],
      /there is no row 99999/,
    ],
  ])("%s", async (_, args, message) => {
    const { exitCode, stderr } = await explain(...(await args()));
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it("an unknown option, an unknown command, no arguments", async () => {
    expect((await explain(modelFile, sample, "--fast")).exitCode).toBe(2);
    expect((await shapCore(["predict"])).exitCode).toBe(2);
    expect((await shapCore(["explain"])).exitCode).toBe(2);
    expect((await shapCore(["--help"])).exitCode).toBe(0);
  });

  it("explains files without a header line, in the model's order, and files without rows", async () => {
    const bare = await changed("bare.csv", (text) => text.slice(text.indexOf("\n") + 1));
    expect((await explain(modelFile, bare, "--no-header")).stdout).toBe((await expected()).toCSV());
    const empty = await changed("empty.csv", (text) => `${text.split("\n")[0]}\n`);
    expect((await explain(modelFile, empty, "--to", "json")).stdout).toBe('{"rows":[]}\n');
  });
});
