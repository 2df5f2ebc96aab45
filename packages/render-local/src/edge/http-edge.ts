import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface HttpEdgeOptions {
  /** 0 takes any free port. */
  port: number;
  /** The ports of the instances that take traffic at this moment. */
  targets: () => number[];
  onRequest: (entry: { method: string; path: string; host: string; statusCode: number }) => void;
}

/**
 * The address of a web service, which stays the same while instances come and go: hands each request to an instance
 * that takes traffic, in turn. Answers 502 when there is none, as Render does.
 */
export class HttpEdge {
  readonly #server: Server;
  readonly #sockets = new Set<Socket | Duplex>();
  // Each request opens its own connection: a kept one would hold on to an instance that is on its way out.
  readonly #agent = new Agent({ keepAlive: false });
  #turn = 0;

  private constructor(private readonly options: HttpEdgeOptions) {
    this.#server = createServer((request, response) => this.#forward(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    // Uploads may take as long as they take; the service behind has its own limits.
    this.#server.requestTimeout = 0;
  }

  static async open(options: HttpEdgeOptions): Promise<HttpEdge> {
    const edge = new HttpEdge(options);
    await new Promise<void>((resolve, reject) => {
      edge.#server.once("error", reject);
      edge.#server.listen(options.port, "127.0.0.1", resolve);
    });
    return edge;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    await closed;
  }

  #target(): number | undefined {
    const targets = this.options.targets();
    this.#turn += 1;
    return targets.length === 0 ? undefined : targets[this.#turn % targets.length];
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method = "GET", url = "/", headers } = incoming;
    response.on("close", () =>
      this.options.onRequest({
        method,
        path: url.split("?")[0],
        host: headers.host ?? "",
        statusCode: response.statusCode,
      }),
    );
    const port = this.#target();
    if (port === undefined) {
      refuse(response);
      return;
    }
    const outgoing = httpRequest({
      agent: this.#agent,
      host: "127.0.0.1",
      port,
      method,
      path: url,
      headers: {
        ...withoutConnectionHeaders(headers),
        "x-forwarded-for": incoming.socket.remoteAddress ?? "127.0.0.1",
        "x-forwarded-proto": "http",
        "x-forwarded-host": headers.host ?? "",
      },
    });
    outgoing.on("response", (answer) => {
      const answered = withoutConnectionHeaders(answer.headers);
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answered);
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    outgoing.on("error", () => {
      if (response.headersSent) response.destroy();
      else refuse(response);
    });
    // A client that goes away takes its request with it, so that the service can stop working on it.
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const port = this.#target();
    if (port === undefined) {
      socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const upstream = connect(port, "127.0.0.1", () => {
      const headers = incoming.rawHeaders
        .map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`))
        .join("");
      upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
  }
}

/** Headers that speak of one connection only, and have no meaning on the other side. */
function withoutConnectionHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _connection, "keep-alive": _keepAlive, ...rest } = headers;
  return rest;
}

function refuse(response: ServerResponse): void {
  response.writeHead(502, { "content-type": "text/plain", "x-render-routing": "no-server" });
  response.end("Bad Gateway: no instance of this service takes traffic.\n");
}
