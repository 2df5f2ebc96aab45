import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import type { WebServer } from "../../src/server.js";
import { exampleText, startService } from "../service.js";

const [header = "", row = ""] = exampleText("sample.csv").split("\n");
const object = `{${header
  .split(",")
  .map((name) => `"${name}":1`)
  .join(",")}}`;
/** More than the buffers of both sockets hold. */
const BYTES = 8e6;
const filledWith = (start: string, more: string) =>
  start + more.repeat(Math.ceil((BYTES - start.length) / more.length));

interface Upload {
  readonly body: string;
  readonly type: string;
  readonly status: number;
  readonly query?: string;
}
const uploads: Record<string, Upload> = {
  "a CSV file with a bad cell": {
    body: filledWith(`${header}\n${row.replace(/^[^,]*/, "much")}\n`, `${row}\n`),
    type: "text/csv",
    status: 422,
  },
  "a CSV file with a wrong header": { body: filledWith("a,b\n", `${row}\n`), type: "text/csv", status: 422 },
  "NDJSON with a bad cell": {
    body: filledWith('{"loan_amount":"much"}\n', `${object}\n`),
    type: "application/x-ndjson",
    status: 422,
  },
  "a JSON array with a bad cell": {
    body: filledWith('[{"loan_amount":"much"}', `,${object}`),
    type: "application/json",
    status: 422,
  },
  "JSON that is none": {
    body: filledWith('{"rows":[{bad', `,${object}`),
    type: "application/json",
    status: 400,
  },
  "Arrow that is none": {
    body: "x".repeat(BYTES),
    type: "application/vnd.apache.arrow.stream",
    status: 422,
  },
  "Parquet that is none": {
    body: "x".repeat(BYTES),
    type: "application/vnd.apache.parquet",
    status: 422,
  },
  "a type that is not read": { body: "x".repeat(BYTES), type: "text/plain", status: 415 },
  "a column that cannot be carried": {
    body: "x".repeat(BYTES),
    type: "text/csv",
    query: "?id=prediction",
    status: 400,
  },
};
const ways = [{}, { "Content-Encoding": "gzip" }, { "Idempotency-Key": "" }].flatMap((way) =>
  "Idempotency-Key" in way ? [way, { ...way, "Content-Encoding": "gzip" }] : [way],
);

let keys = 0;

/** Sends all of the body before it reads, then asks for something else over the same connection. @returns both statuses */
function sendAllThenRead(url: string, { body, type, query = "" }: Upload, way: object): Promise<number[]> {
  const isPacked = "Content-Encoding" in way;
  const bytes = isPacked ? gzipSync(body, { level: 0 }) : Buffer.from(body);
  const given = "Idempotency-Key" in way ? { ...way, "Idempotency-Key": `key-${keys++}` } : way;
  const headers = { Host: "x", "Content-Type": type, "Content-Length": bytes.length, ...given };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    let answer = "";
    client.pause();
    client.on("error", reject);
    client.on("close", () => reject(new Error(`closed after ${JSON.stringify(answer)}`)));
    client.on("data", (part) => {
      answer += part;
      const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
      if (statuses.length < 2) return;
      resolve(statuses);
      client.destroy();
    });
    client.write(`POST /v1/jobs${query} HTTP/1.1\r\n${lines.join("")}\r\n`);
    client.write(bytes, () => {
      client.resume();
      client.write("GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
    });
  });
}

describe("a refusal reaches a client that sends everything before it reads", () => {
  let service: WebServer;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it.each(Object.keys(uploads))("of %s, plain and packed, with a key and without", async (name) => {
    const upload = uploads[name]!;
    for (const way of ways) {
      // Anew, as what is left of a reader made it fail now and then only.
      for (let time = 0; time < 3; time++) {
        expect([way, await sendAllThenRead(service.url, upload, way)]).toEqual([way, [upload.status, 200]]);
      }
    }
  });
});

describe("a refusal reaches such a client while Redis is away", () => {
  let service: WebServer;
  beforeAll(async () => {
    service = await startService({ REDIS_URL: "redis://127.0.0.1:1", REDIS_TIMEOUT: "1" });
  });
  afterAll(() => service.close());

  it.each(ways)("with %j", async (way) => {
    const upload = uploads["a CSV file with a bad cell"]!;
    expect(await sendAllThenRead(service.url, upload, way)).toEqual([503, 200]);
  });
});
