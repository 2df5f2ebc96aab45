import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RenderLocal } from "render-local";

export interface RenderProxyOptions {
  /** What becomes of an answer's JSON; default: it stays as it is. */
  change?: (path: string, body: unknown) => unknown;
  /** Calls whose answer is lost on its way back, after Render has acted on it. */
  isLost?: (method: string, path: string) => boolean;
}

/** Stands between a client and render-local's API, as a network that lies or loses answers. */
export class RenderProxy {
  /** Every call that came, like `POST /services/srv-1/deploys`. */
  readonly calls: string[] = [];
  readonly #server: Server;

  private constructor(
    private readonly local: RenderLocal,
    private readonly options: RenderProxyOptions,
  ) {
    this.#server = createServer((request, response) => void this.#pass(request, response));
  }

  static async start(local: RenderLocal, options: RenderProxyOptions): Promise<RenderProxy> {
    const proxy = new RenderProxy(local, options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/" } = request;
    this.calls.push(`${method} ${path}`);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const headers: Record<string, string> = {};
    for (const name of ["authorization", "accept", "content-type"]) {
      const value = request.headers[name];
      if (typeof value === "string") headers[name] = value;
    }
    const answer = await fetch(`${this.local.apiUrl}${path}`, {
      method,
      headers,
      body: parts.length > 0 ? Buffer.concat(parts) : undefined,
    });
    const text = await answer.text();
    if (this.options.isLost?.(method, path)) {
      request.socket.destroy();
      return;
    }
    const { change } = this.options;
    const shown = change && text !== "" ? JSON.stringify(change(path, JSON.parse(text))) : text;
    response.writeHead(answer.status, { "content-type": "application/json" }).end(shown);
  }
}
