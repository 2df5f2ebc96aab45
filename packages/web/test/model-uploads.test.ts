import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadModel } from "shap-core";
import type { WebServer } from "../src/server.js";
import { exampleText, post, postCsv, sampleRows, startService } from "./service.js";
import {
  askedDirectly,
  csvOf,
  explained,
  fixture,
  put,
  resultOf,
  rowsFor,
  submitted,
} from "./uploaded-models.js";

let folder: string;
let service: WebServer;
let url: string;

async function start(env: Record<string, string> = {}): Promise<void> {
  service = await startService({ SHAP_MODEL_DIR: folder, SHAP_MAX_MODEL_MB: "2", ...env });
  url = service.url;
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "shap-models-"));
  await start();
});
afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const logistic = fixture("xgboost/binary-logistic/model.json");
const remove = (name: string) => fetch(`${url}/v1/models/${name}`, { method: "DELETE" });
const describeModel = async (name: string) =>
  (await (await fetch(`${url}/v1/models/${name}`)).json()) as Record<string, unknown>;
const names = async () =>
  ((await (await fetch(`${url}/v1/models`)).json()) as { models: { name: string }[] }).models.map(
    ({ name }) => name,
  );
const problem = async (response: Response) =>
  (await response.json()) as { code: string; detail: string; errors?: Record<string, unknown>[] };

describe("an uploaded model", () => {
  it.each([
    ["XGBoost JSON", "xgboost/softprob/model.json"],
    ["XGBoost UBJSON", "xgboost/binary-logistic/model.ubj"],
    ["LightGBM text", "lightgbm/multiclass/model.txt"],
    ["CatBoost JSON", "catboost/logloss/model.json"],
    ["ONNX", "sklearn/boosting-binary/model.onnx"],
    ["PMML", "sklearn/boosting-regression/model.pmml"],
    ["Treelite JSON", "sklearn/boosting-binary/treelite.json"],
  ])("of %s explains at once and as a job as the library does", async (_what, path) => {
    const file = fixture(path);
    const model = loadModel(file);
    // ONNX and PMML files tell no covers: they are explained against rows.
    const covered = model.kind === "tree-ensemble" && model.data.cover !== undefined;
    const rows = rowsFor(model, 30, !path.startsWith("sklearn"));
    const background = rows.slice(0, 9);
    expect((await put(url, "m", file)).status).toBe(201);
    const response = await put(url, "m/background", csvOf(model, background), { "content-type": "text/csv" });
    expect(response.status).toBe(201);
    const options = covered ? {} : { background };
    expect(await askedDirectly(url, "m", rows)).toEqual(explained(file, rows, options));
    const job = await submitted(url, "m", csvOf(model, rows));
    expect(await resultOf(url, job.id)).toMatchObject(explained(file, rows, options));
  });

  it("is new the first time, a new version the next, and the same bytes again change nothing", async () => {
    const first = await put(url, "risk", logistic);
    expect(first.status).toBe(201);
    expect(first.headers.get("location")).toBe("/v1/models/risk");
    const version = createHash("sha256").update(logistic).digest("hex");
    expect(first.headers.get("etag")).toBe(`"${version}"`);
    const described = await first.json();
    expect(described).toEqual(await describeModel("risk"));
    expect(described).toMatchObject({
      name: "risk",
      version,
      origin: "upload",
      fallback: false,
      features: 10,
    });
    const again = await put(url, "risk", logistic);
    expect([again.status, await again.json()]).toEqual([200, described]);
    const other = await put(url, "risk", fixture("xgboost/binary-logistic/model.ubj"));
    expect(other.status).toBe(200);
    expect(((await other.json()) as { version: string }).version).not.toBe(version);
    // fetch would ask for a fresh copy of its own accord.
    const headers = { "if-none-match": other.headers.get("etag")!, "cache-control": "max-age=0" };
    expect((await fetch(`${url}/v1/models/risk`, { headers })).status).toBe(304);
  });

  it("is gone when it is deleted", async () => {
    await put(url, "risk", logistic);
    expect((await remove("risk")).status).toBe(204);
    expect((await fetch(`${url}/v1/models/risk`)).status).toBe(404);
    expect(await problem(await remove("risk"))).toMatchObject({ code: "model-not-found" });
  });

  it("may come as gzip, whose limit is on what it unpacks to", async () => {
    const gzip = { "content-encoding": "gzip" };
    expect((await put(url, "risk", gzipSync(logistic), gzip)).status).toBe(201);
    const bomb = await put(url, "bomb", gzipSync(Buffer.alloc(50_000_000)), gzip);
    expect([bomb.status, (await problem(bomb)).code]).toEqual([413, "model-too-large"]);
    const torn = await put(url, "torn", gzipSync(logistic).subarray(0, 500), gzip);
    expect([torn.status, (await problem(torn)).code]).toEqual([400, "bad-request"]);
    expect(await names()).toEqual(["risk"]);
  });

  it.each([
    ["bytes beyond the limit", "m", Buffer.alloc(2 ** 21 + 1), {}, 413, "model-too-large", /At most 2 MB/],
    ["no bytes", "m", Buffer.alloc(0), {}, 400, "empty-body", /bytes/],
    [
      "a form",
      "m",
      logistic,
      { "content-type": "multipart/form-data" },
      415,
      "unsupported-media-type",
      /curl/,
    ],
    ["a name that is none", "a%2Fb", logistic, {}, 400, "bad-request", /name/],
    ["a name with a dot before it", ".m", logistic, {}, 400, "bad-request", /name/],
    ["a query that is none", "m?backgroud=drop", logistic, {}, 400, "unknown-field", /backgroud/],
    ["no model", "m", Buffer.from("{}"), {}, 422, "model-broken", /known format/],
    ["half a model", "m", logistic.subarray(0, 5000), {}, 422, "model-broken", /JSON/],
  ])("of %s is refused", async (_what, name, body, headers, status, code, detail) => {
    const response = await put(url, name, body, headers);
    expect(response.headers.get("content-type")).toContain("problem+json");
    const told = await problem(response);
    expect([response.status, told.code]).toEqual([status, code]);
    expect(told.detail).toMatch(detail);
    expect(await names()).toEqual(["mortgage"]);
  });

  it("that is broken is refused with the path inside it", async () => {
    const broken = logistic.toString().replace('"left_children":[1', '"left_children":[99999');
    const told = await problem(await put(url, "m", broken));
    expect(told.errors?.[0]?.path).toMatch(/trees\[0\]/);
  });

  it("is there after a start, and so is its background", async () => {
    await put(url, "risk", logistic);
    const rows = rowsFor(loadModel(logistic), 4);
    await put(url, "risk/background", JSON.stringify(rows), { "content-type": "application/json" });
    const before = await describeModel("risk");
    await service.close();
    await start();
    expect(await describeModel("risk")).toEqual(before);
    const options = { perturbation: "interventional" } as const;
    expect(await askedDirectly(url, "risk", rows, options)).toEqual(
      explained(logistic, rows, { ...options, background: rows }),
    );
  });

  it("that cannot be kept is answered 507, and nothing of it stays", async () => {
    writeFileSync(join(folder, ".uploads"), "in the way");
    const response = await put(url, "risk", logistic);
    expect([response.status, (await problem(response)).code]).toEqual([507, "store-full"]);
    expect(response.headers.get("retry-after")).toBe("60");
    expect(await names()).toEqual(["mortgage"]);
    expect(readdirSync(folder)).toEqual([".uploads"]);
  });
});

describe("background rows", () => {
  const model = loadModel(logistic);
  const csv = { "content-type": "text/csv" };
  const rows = csvOf(model, rowsFor(model, 5));

  it("need an uploaded model", async () => {
    const response = await put(url, "nothing/background", rows, csv);
    expect([response.status, (await problem(response)).code]).toEqual([404, "model-not-found"]);
    const example = await put(url, "mortgage/background", rows, csv);
    expect([example.status, (await problem(example)).code]).toEqual([409, "model-is-file"]);
  });

  it("have a version of their own, and stay with the next model they fit", async () => {
    await put(url, "risk", logistic);
    const first = await put(url, "risk/background", rows, csv);
    expect(first.status).toBe(201);
    const { version, backgroundVersion } = (await first.json()) as Record<string, string>;
    expect(first.headers.get("etag")).toBe(`"${version}-${backgroundVersion}"`);
    expect((await put(url, "risk/background", rows, csv)).status).toBe(200);
    const next = await put(url, "risk", fixture("xgboost/binary-logistic/model.ubj"));
    expect(await next.json()).toMatchObject({ backgroundVersion, backgroundRows: 5 });
    const plot = await fetch(`${url}/v1/models/risk/plots/beeswarm`);
    expect(plot.status).toBe(200);
  });

  it("that do not fit the next model refuse it, unless they are dropped", async () => {
    await put(url, "risk", logistic);
    await put(url, "risk/background", rows, csv);
    const before = await describeModel("risk");
    const other = fixture("xgboost/regression-hist/model.json");
    const refused = await put(url, "risk", other);
    const told = await problem(refused);
    expect([refused.status, told.code]).toEqual([422, "background-misfit"]);
    expect(told.detail).toMatch(/stored.*no column.*\?background=drop/);
    expect(await describeModel("risk")).toEqual(before);
    const dropped = await put(url, "risk?background=drop", other);
    expect([dropped.status, ((await dropped.json()) as { backgroundRows: number }).backgroundRows]).toEqual([
      200, 0,
    ]);
  });

  it.each([
    [
      "a cell that is no number",
      `${rows.split("\n")[0]}\n1,2,x,4,5,6,7,8,9,10`,
      "text/csv",
      422,
      "background-misfit",
    ],
    ["JSON called CSV", "[[1]]", "text/csv", 422, "bad-table"],
    ["CSV called JSON", rows, "application/json", 422, "bad-table"],
    ["another type", rows, "application/vnd.apache.parquet", 415, "unsupported-media-type"],
    ["nothing", "", "text/csv", 400, "empty-body"],
  ])("with %s are refused", async (_what, body, type, status, code) => {
    await put(url, "risk", logistic);
    const response = await put(url, "risk/background", body, { "content-type": type });
    const told = await problem(response);
    expect([response.status, told.code]).toEqual([status, code]);
    if (code === "background-misfit") {
      expect(told.errors).toEqual([expect.objectContaining({ row: 1, column: "mean_perimeter" })]);
    }
    expect(await describeModel("risk")).toMatchObject({ backgroundRows: 0 });
  });
});

describe("an upload of the name of a file", () => {
  it("shadows the file, which is served again when the upload is deleted", async () => {
    await service.close();
    copyFileSync(
      new URL("../../../examples/mortgage/model.json", import.meta.url),
      join(folder, "risk.json"),
    );
    await start();
    const file = await describeModel("risk");
    expect(file).toMatchObject({ origin: "file", features: 24 });
    const told = await problem(await remove("risk"));
    expect(told).toMatchObject({ code: "model-is-file" });
    expect(told.detail).toMatch(/remove the file/);
    const rows = await put(url, "risk/background", "a\n1", { "content-type": "text/csv" });
    expect([rows.status, (await problem(rows)).code]).toEqual([409, "model-is-file"]);
    expect((await put(url, "risk", logistic)).status).toBe(200);
    expect(await describeModel("risk")).toMatchObject({ origin: "upload", features: 10 });
    expect(await names()).toEqual(["risk"]);
    expect((await remove("risk")).status).toBe(204);
    expect(await describeModel("risk")).toEqual(file);
  });
});

describe("the example that is served where there is no model", () => {
  it("is marked everywhere, and steps back once a model is there", async () => {
    const example = { name: "mortgage", fallback: true };
    const read = async (path: string) => (await fetch(url + path)).json();
    expect(await read("/v1/models")).toMatchObject({ models: [example] });
    expect(await read("/v1/models/mortgage")).toMatchObject(example);
    expect(await read("/health")).toMatchObject({ models: [example] });
    const rows = sampleRows(2);
    for (const what of ["predict", "explain"]) {
      const answer = await post(`${url}/v1/models/mortgage/${what}`, { rows });
      expect(await answer.json()).toMatchObject({ model: example });
    }
    const job = (await (await postCsv(`${url}/v1/jobs`, exampleText("sample.csv"))).json()) as { id: string };
    expect(job).toMatchObject({ model: example });
    await put(url, "risk", logistic);
    expect(await names()).toEqual(["risk"]);
    expect((await fetch(`${url}/v1/models/mortgage`)).status).toBe(404);
    // Submitted for the example, so explained by it.
    expect(await resultOf(url, job.id)).toMatchObject({ model: example });
    await remove("risk");
    expect(await names()).toEqual(["mortgage"]);
  });
});

describe("who may change models", () => {
  it("is an admin, and nobody else", async () => {
    await service.close();
    const digest = (key: string) => createHash("sha256").update(key).digest("hex");
    const keys = ["read", "write", "admin"].map((role) => `${role}:${role}:${digest(`key-${role}`)}`);
    await start({ SHAP_API_KEYS: keys.join(","), HOST: "127.0.0.1" });
    const statuses = async (authorization: Record<string, string>) => [
      (await put(url, "risk", logistic, authorization)).status,
      (
        await put(url, "risk/background", csvOf(loadModel(logistic), rowsFor(loadModel(logistic), 2)), {
          ...authorization,
          "content-type": "text/csv",
        })
      ).status,
      (await fetch(`${url}/v1/models/risk`, { method: "DELETE", headers: authorization })).status,
    ];
    expect(await statuses({})).toEqual([401, 401, 401]);
    for (const role of ["read", "write"]) {
      expect(await statuses({ authorization: `Bearer key-${role}` })).toEqual([403, 403, 403]);
    }
    expect(await statuses({ authorization: "Bearer key-admin" })).toEqual([201, 201, 204]);
  });
});
