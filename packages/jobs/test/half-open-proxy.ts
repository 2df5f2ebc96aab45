import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy that can go dead without closing: bytes vanish, sockets stay open, as behind a pulled cable. */
export class HalfOpenProxy {
  accepted = 0;
  /** Of each connection that went silent and was given up: milliseconds from its last word. */
  readonly noticedAfterMs: number[] = [];
  private silentSince = 0;
  private readonly live = new Set<Socket>();
  private readonly dead = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(targetPort: number): Promise<HalfOpenProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new HalfOpenProxy(server, (server.address() as { port: number }).port);
    server.on("connection", (client) => proxy.accept(client, targetPort));
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Every present connection goes silent; new ones are served. */
  blackhole(): void {
    this.silentSince = performance.now();
    for (const socket of this.live) this.dead.add(socket);
  }

  close(): void {
    for (const socket of this.live) socket.destroy();
    this.server.close();
  }

  private accept(client: Socket, targetPort: number): void {
    this.accepted++;
    const target = connect(targetPort, "127.0.0.1");
    this.live.add(client);
    for (const socket of [client, target]) socket.on("error", () => {});
    client.on("data", (bytes) => this.dead.has(client) || target.write(bytes));
    target.on("data", (bytes) => this.dead.has(client) || client.write(bytes));
    client.on("close", () => {
      target.destroy();
      this.live.delete(client);
      if (this.dead.has(client)) this.noticedAfterMs.push(performance.now() - this.silentSince);
    });
    target.on("close", () => this.dead.has(client) || client.destroy());
  }
}
