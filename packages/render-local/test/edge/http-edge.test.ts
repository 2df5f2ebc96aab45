import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { HttpEdge } from "../../src/edge/http-edge.js";
import { until } from "../stack.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function instance(answer: (server: Server) => void): Promise<number> {
  const server = createServer();
  answer(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function edgeTo(...targets: number[]) {
  const requests: { method: string; path: string; statusCode: number }[] = [];
  const edge = await HttpEdge.open({
    port: 0,
    targets: () => targets,
    onRequest: (entry) => requests.push(entry),
  });
  closing.unshift(() => edge.close());
  return { url: `http://127.0.0.1:${edge.port}`, port: edge.port, requests };
}

describe("the address of a web service", () => {
  it("passes request and answer on, byte by byte, and tells who asked", async () => {
    const port = await instance((server) =>
      server.on("request", (incoming: IncomingMessage, response) => {
        response.setHeader("x-seen", `${incoming.method} ${incoming.url}`);
        response.setHeader("x-for", incoming.headers["x-forwarded-for"] ?? "");
        response.statusCode = 201;
        incoming.pipe(response);
      }),
    );
    const { url, requests } = await edgeTo(port);
    const body = Buffer.alloc(3_000_000, "shap");
    const response = await fetch(`${url}/path?a=1`, { method: "PUT", body });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-seen")).toBe("PUT /path?a=1");
    expect(response.headers.get("x-for")).toBe("127.0.0.1");
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
    await until("the request is told", () => requests.length === 1);
    expect(requests[0]).toMatchObject({ method: "PUT", path: "/path", statusCode: 201 });
  });

  it("hands requests to the instances in turn, on one connection too", async () => {
    const ports = await Promise.all(
      ["one", "two"].map((name) =>
        instance((server) => server.on("request", (_incoming, response) => response.end(name))),
      ),
    );
    const { url } = await edgeTo(...ports);
    const names = [];
    for (let call = 0; call < 4; call += 1) names.push(await (await fetch(url)).text());
    expect([...new Set(names)].sort()).toEqual(["one", "two"]);
    expect(names[0]).toBe(names[2]);
  });

  it("answers 502 when there is no instance, and when the one there is does not listen", async () => {
    expect((await fetch((await edgeTo()).url)).status).toBe(502);
    const port = await instance(() => {});
    await closing.pop()?.();
    expect((await fetch((await edgeTo(port)).url)).status).toBe(502);
  });

  it("gives an answer up that breaks off, instead of ending it as if it were whole", async () => {
    const port = await instance((server) =>
      server.on("request", (_incoming, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("half", () => response.destroy());
      }),
    );
    const response = await fetch((await edgeTo(port)).url);
    await expect(response.text()).rejects.toThrow();
  });

  it("tells the instance when its client goes away", async () => {
    let isGone = false;
    const port = await instance((server) =>
      server.on("request", (_incoming, response) => {
        response.write("first");
        response.on("close", () => {
          isGone = true;
        });
      }),
    );
    const controller = new AbortController();
    const response = await fetch((await edgeTo(port)).url, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await until("the instance knows", () => isGone);
  });

  it("passes an upgraded connection through", async () => {
    const port = await instance((server) =>
      server.on("upgrade", (_incoming, socket) => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n");
        socket.pipe(socket);
      }),
    );
    const edge = await edgeTo(port);
    const echoed = await new Promise<string>((resolve, reject) => {
      const headers = { connection: "upgrade", upgrade: "echo" };
      const outgoing = request({ port: edge.port, host: "127.0.0.1", headers });
      outgoing.on("error", reject);
      outgoing.on("upgrade", (_answer, socket) => {
        socket.on("data", (data) => {
          resolve(String(data));
          socket.destroy();
        });
        socket.write("hello");
      });
      outgoing.end();
    });
    expect(echoed).toBe("hello");
  });
});
