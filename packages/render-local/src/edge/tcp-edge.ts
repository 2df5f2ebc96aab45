import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** The address of a private service: each connection goes to one of the instances that take traffic, in turn. */
export class TcpEdge {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;

  private constructor(private readonly targets: () => number[]) {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async open(targets: () => number[]): Promise<TcpEdge> {
    const edge = new TcpEdge(targets);
    await new Promise<void>((resolve, reject) => {
      edge.#server.once("error", reject);
      edge.#server.listen(0, "127.0.0.1", resolve);
    });
    return edge;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const targets = this.targets();
    this.#turn += 1;
    const upstream =
      targets.length === 0 ? undefined : connect(targets[this.#turn % targets.length], "127.0.0.1");
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      upstream?.destroy();
    });
    if (!upstream) {
      socket.destroy();
      return;
    }
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  }
}
