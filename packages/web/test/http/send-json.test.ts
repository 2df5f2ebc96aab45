import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { sendJson } from "../../src/http/send-json.js";

const document = { name: "Zinssätze, 利率, 🏠", values: [1.5, null, -2e-300], long: "é".repeat(200_000) };

let server: Server;
beforeAll(async () => {
  const app = express();
  app.get("/ours", (_req, res) => sendJson(res, document));
  app.get("/express", (_req, res) => void res.json(document));
  server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

it("sends what Express would, under the same type and length", async () => {
  const { port } = server.address() as AddressInfo;
  const [ours, theirs] = await Promise.all(
    ["ours", "express"].map((path) => fetch(`http://127.0.0.1:${port}/${path}`)),
  );
  for (const name of ["content-type", "content-length"]) {
    expect(ours!.headers.get(name)).toBe(theirs!.headers.get(name));
  }
  expect(await ours!.json()).toEqual(document);
});
