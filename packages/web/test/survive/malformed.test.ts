import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { until } from "../../../jobs/test/until.js";
import { openApiDocument } from "../../src/openapi/document.js";
import { sampleRows } from "../service.js";
import { endurance, LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const RUNS = endurance ? 10_000 : 600;
/** Bytes the process may have grown by after so many requests: V8 takes this much between collections, leaks take more. */
const GROWTH = 60e6;
/** A request that is neither answered nor cut for so long has been forgotten. */
const SILENT_MS = 20_000;

const { paths } = openApiDocument() as { paths: Record<string, Record<string, object>> };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
);

/** Sound tables, to be broken: each with the media type it is sent under. */
const csv = tableOf(5);
const column = Float64Array.of(1, 2, 3);
const tables: [type: string, bytes: Buffer][] = [
  ["text/csv", Buffer.from(csv)],
  [
    "application/x-ndjson",
    Buffer.from(
      sampleRows(3)
        .map((row) => JSON.stringify(row))
        .join("\n"),
    ),
  ],
  ["application/json", Buffer.from(JSON.stringify({ rows: sampleRows(3) }))],
  [
    "application/vnd.apache.arrow.stream",
    Buffer.from(tableToIPC(tableFromArrays({ region: column, credit_score: column }), "stream")),
  ],
  [
    "application/vnd.apache.arrow.file",
    Buffer.from(tableToIPC(tableFromArrays({ region: column, credit_score: column }), "file")),
  ],
  [
    "application/vnd.apache.parquet",
    Buffer.from(parquetWriteBuffer({ columnData: [{ name: "region", data: column, type: "DOUBLE" }] })),
  ],
];

/** A table with some bytes changed, cut off somewhere, perhaps in a gzip stream that is broken, too. */
const brokenTable = fc
  .record({
    table: fc.constantFrom(...tables),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
    length: fc.nat(),
    packed: fc.constantFrom("no", "yes", "torn", "claimed"),
  })
  .map(({ table: [type, sound], changes, length, packed }) => {
    const bytes = Buffer.from(sound);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    const cut = bytes.subarray(0, length % (bytes.length + 1));
    const gzip = gzipSync(cut);
    const body = { no: cut, claimed: cut, yes: gzip, torn: gzip.subarray(0, gzip.length / 2) }[packed];
    return { type, body, encoding: packed === "no" ? undefined : "gzip" };
  });

const anyBody = fc.record({
  type: fc.constantFrom("application/json", "text/csv", "application/x-ndjson", "x", "image/png", ";"),
  body: fc
    .oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify({ rows: [value] })),
    )
    .map((text) => Buffer.from(text)),
  encoding: fc.constantFrom(undefined, undefined, "br", "gzip", "identity", "x"),
});

/** What may stand in a header's line: anything but its end, and mostly what HTTP allows. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[ -~]{0,40}$/) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary", maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, "")),
  },
);
const oddHeaders: Record<string, fc.Arbitrary<string>> = {
  "idempotency-key": fc.oneof(value, fc.constantFrom('"', '""', '"a', "é", "a", "a".repeat(300))),
  accept: fc.oneof(value, fc.constantFrom("*/*;q=0", "text/csv;q=x", ",,,", "a/b/c")),
  "last-event-id": value,
  authorization: fc.oneof(value, fc.constantFrom("Bearer", "Bearer  ", "Basic Og==", "Bearer a b")),
  "if-none-match": value,
  "x-request-id": value,
  range: value,
  expect: fc.constantFrom("100-continue", "x"),
  "content-length": fc.constantFrom("-1", "x", "99999999999999999999", "0"),
};
/** None or one that is odd: two would hide what becomes of the second. */
const headers = fc.oneof(
  fc.constant({}),
  ...Object.entries(oddHeaders).map(([name, text]) => text.map((odd) => ({ [name]: odd }))),
);

const segment = fc.oneof(
  fc.constantFrom(
    "mortgage",
    "bar",
    "j0",
    `j${"0".repeat(24)}`,
    "..",
    "%2e%2e",
    "%00",
    "%",
    "%zz",
    "%c3",
    "__proto__",
  ),
  fc.string({ maxLength: 20 }).map(encodeURIComponent),
);
const query = fc.oneof(
  fc.constantFrom(
    "",
    "?",
    "?%",
    "?id=%zz&id",
    "?model[x]=1",
    "?model=mortgage&model=x",
    "?top=-1",
    "?__proto__=1",
  ),
  fc
    .tuple(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }))
    .map(([a, b]) => `?${encodeURIComponent(a)}=${encodeURIComponent(b)}`),
);

/** What a request is made of; it is written as bytes, since no HTTP library sends what is broken. */
const malformed = fc.record({
  operation: fc.oneof(
    fc.constantFrom(...operations),
    // Where tables are read.
    fc.constantFrom(...operations.filter(({ path, method }) => path === "/v1/jobs" && method === "POST")),
  ),
  name: segment,
  query,
  upload: fc.oneof(brokenTable, anyBody),
  headers,
  /** How much of the body is sent before the client hangs up; 1: all of it. */
  sent: fc.oneof(
    { weight: 9, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 0.99, noNaN: true }) },
  ),
});

type Malformed = typeof malformed extends fc.Arbitrary<infer T> ? T : never;

let service: RunningService;
let port: number;
beforeAll(async () => {
  // Some broken tables are sound ones of 65,536 rows.
  service = await RunningService.start({ SHAP_MAX_BATCH_SIZE: "500" });
  port = Number(new URL(service.url).port);
  // Its worker keeps the queue short, or the uploads that are sound by chance would be held back.
  await service.startWorker();
}, LIMIT_MS);
afterAll(() => RunningService.closeAll());

function bytesOf({ operation: { path, method }, name, query, upload, headers, sent }: Malformed): Buffer {
  const body = method === "GET" ? Buffer.alloc(0) : upload.body;
  const all: Record<string, string | number | undefined> = {
    host: `localhost:${port}`,
    connection: "close",
    "content-type": upload.type,
    "content-encoding": upload.encoding,
    "content-length": body.length,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  );
  const address = path.replace(/\{\w+\}/g, name) + query;
  const head = Buffer.from([`${method} ${address} HTTP/1.1`, ...lines, "", ""].join("\r\n"), "latin1");
  return Buffer.concat([head, body.subarray(0, Math.floor(sent * body.length))]);
}

/** The status a request is answered with; none where the client hangs up before its body has an end. */
async function ask(request: Malformed): Promise<number | undefined> {
  const socket = connect(port, "127.0.0.1");
  // A server that has answered may close before all of the body is written.
  socket.on("error", () => {});
  socket.write(bytesOf(request));
  if (request.sent < 1) socket.end();
  let answer = "";
  // A stream of events has no end of its own.
  socket.on("data", (bytes) => {
    if (answer.length < 1000) answer += bytes.toString("latin1", 0, 1000);
    if (request.operation.path.endsWith("/events")) socket.end();
  });
  let answered = true;
  socket.setTimeout(SILENT_MS, () => {
    answered = false;
    socket.destroy();
  });
  await once(socket, "close");
  if (!answered) throw new Error("the server neither answers nor hangs up");
  const status = /^HTTP\/1.1 (\d{3})/.exec(answer.replace(/^HTTP\/1.1 100[\s\S]*?HTTP/, "HTTP"))?.[1];
  return status === undefined ? undefined : Number(status);
}

const rss = async (): Promise<number> =>
  ((await service.health()).body as { memory: { rssBytes: number } }).memory.rssBytes;

const assertNone5xx = (numRuns: number) =>
  fc.assert(
    fc.asyncProperty(malformed, async (request) => {
      const status = await ask(request);
      expect(status ?? (request.sent < 1 ? 400 : "no answer")).toBeLessThan(500);
    }),
    // The long run looks for what is not known yet; the short one is the same each time.
    endurance ? { numRuns } : { numRuns, seed: numRuns },
  );

describe("malformed requests", () => {
  it(
    "never get a 5xx, never end the process, and leave it no larger",
    async () => {
      await assertNone5xx(RUNS / 2);
      const before = await rss();
      await assertNone5xx(RUNS);
      expect((await rss()) - before).toBeLessThan(GROWTH);
      expect(service.web.runs).toBe(true);
      expect(service.web.stdout).not.toMatch(/"level":"(error|fatal)"/);
      expect((await service.health()).status).toBe(200);
    },
    LIMIT_MS,
  );

  it(
    "leave no job half done",
    async () => {
      await until(async () => {
        const { queue } = (await service.health()).body as { queue: { counts: object } };
        const open = await service.redis.ask("SCARD", "shap:jobs:open");
        return open === 0 && Object.values(queue.counts).every((count) => count === 0);
      });
      expect(await service.redis.keys("shap:job:*:in")).toEqual([]);
    },
    LIMIT_MS,
  );
});
