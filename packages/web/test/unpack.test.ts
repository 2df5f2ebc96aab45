import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import { createLogger } from "@shap-service/jobs";
import express from "express";
import { errorHandler } from "../src/http/error-handler.js";
import type { WebServer } from "../src/server.js";
import { unpack } from "../src/upload/unpack.js";
import { exampleText, post, postCsv, sampleRows, startService } from "./service.js";

const MB = 2 ** 20;
const gzip = { "content-encoding": "gzip" };

/** Lines that say the same again and again, packed: `bytes` before, about a thousandth after. */
async function bomb(line: string, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const block = line.repeat(Math.ceil(MB / line.length));
  const packed: Buffer[] = [];
  await pipeline(
    Readable.from(Array.from({ length: Math.ceil(bytes / block.length) }, () => block)),
    createGzip(),
    async (parts) => {
      for await (const part of parts) packed.push(part as Buffer);
    },
  );
  return new Uint8Array(Buffer.concat(packed));
}

describe("a packed body", () => {
  let server: Server;
  let url: string;
  const late = new EventEmitter();
  beforeAll(async () => {
    const app = express();
    app.post("/", async (req, res) => {
      let bytes = 0;
      for await (const part of unpack(req, { freeBytes: MB, maxRatio: 10 })) bytes += (part as Buffer).length;
      res.json({ bytes });
    });
    app.post("/late", async (req) => {
      // Not once(): it listens for errors, too.
      await new Promise((resolve) => req.on("close", resolve));
      late.emit("begun", unpack(req));
    });
    app.use(errorHandler(createLogger("test", { logLevel: "silent", commit: undefined })));
    server = createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("may unpack to a little whatever its ratio, and to much where its ratio is that of a table", async () => {
    const little = await postCsv(url, new Uint8Array(gzipSync("a".repeat(MB))), gzip);
    expect(await little.json()).toEqual({ bytes: MB });
    const numbers = Array.from({ length: 300_000 }, (_, i) => Math.sin(i)).join("\n");
    const much = await postCsv(url, new Uint8Array(gzipSync(numbers)), gzip);
    expect(await much.json()).toEqual({ bytes: numbers.length });
    expect(numbers.length).toBeGreaterThan(4 * MB);
  });

  it("is refused once it unpacks to more than both", async () => {
    const response = await postCsv(url, await bomb("a", 2 * MB), gzip);
    expect(response.status).toBe(413);
    expect(((await response.json()) as { code: string }).code).toBe("body-too-large");
  });

  it("ends with an error where its client hung up before anyone listened", async () => {
    const begun = once(late, "begun");
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    client.end("POST /late HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n");
    const [source] = (await begun) as [Readable];
    await expect(source.toArray()).rejects.toThrow(/aborted/);
    client.destroy();
  });
});

describe("the service", () => {
  let service: WebServer;
  beforeAll(async () => {
    service = await startService({ SHAP_MAX_BATCH_SIZE: "20000" });
  });
  afterAll(() => service.close());

  it("refuses a table that is a bomb, and leaves nothing of its job", async () => {
    const body = await bomb(`${" ".repeat(10_000)}\n`, 300 * MB);
    expect(body.length).toBeLessThan(MB);
    const response = await postCsv(`${service.url}/v1/jobs`, body, {
      ...gzip,
      "content-type": "application/x-ndjson",
    });
    expect(((await response.json()) as { code: string }).code).toBe("body-too-large");
    expect(response.status).toBe(413);
    const health = (await (await fetch(`${service.url}/health`)).json()) as { queue: { counts: object } };
    expect(health.queue.counts).toMatchObject({ waiting: 0, active: 0 });
  });

  it("takes a table that is packed", async () => {
    const packed = new Uint8Array(gzipSync(exampleText("sample.csv")));
    expect((await postCsv(`${service.url}/v1/jobs`, packed, gzip)).status).toBe(202);
  });

  it("unpacks a direct request to its limit of bytes and no further", async () => {
    const url = `${service.url}/v1/models/mortgage/explain`;
    const ask = (text: string) =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...gzip },
        body: new Uint8Array(gzipSync(text)),
      });
    expect((await ask(JSON.stringify({ rows: sampleRows(1) }))).status).toBe(200);
    expect((await ask(`{"rows":[[${" ".repeat(17 * MB)}1]]}`)).status).toBe(413);
    expect((await post(url, { rows: sampleRows(1) })).status).toBe(200);
  });
});
