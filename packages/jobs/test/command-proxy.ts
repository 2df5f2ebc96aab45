import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Where a trap goes off: `before` a command reaches Redis, `after` Redis has done it and before its answer arrives, or
 * when Redis `says` something.
 */
export type Moment = "before" | "after" | "says";

interface Trap {
  readonly moment: Moment;
  readonly pattern: RegExp;
  /** Gives whether the command (or the answer) goes on its way. */
  readonly act: () => boolean | Promise<boolean>;
  readonly sprung: () => void;
}

/**
 * A TCP proxy before Redis that acts at a chosen command: what a process has done by then is known to the step, without
 * any hook in the process.
 */
export class CommandProxy {
  private readonly traps = new Set<Trap>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(targetPort: number): Promise<CommandProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new CommandProxy(server, (server.address() as { port: number }).port);
    server.on("connection", (client) => proxy.accept(client, targetPort));
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Sets a trap that goes off once. Resolves when it has. */
  trap(moment: Moment, pattern: RegExp, act: Trap["act"]): Promise<void> {
    return new Promise((sprung) => this.traps.add({ moment, pattern, act, sprung }));
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private accept(client: Socket, targetPort: number): void {
    const target = connect(targetPort, "127.0.0.1");
    let asked: Trap | undefined;
    const cut = () => {
      client.destroy();
      target.destroy();
      this.sockets.delete(client);
    };
    this.sockets.add(client);
    for (const socket of [client, target]) socket.on("error", () => {}).on("close", cut);
    const spring = async (trap: Trap, from: Socket, to: Socket, bytes: Buffer) => {
      from.pause();
      const goesOn = await trap.act();
      trap.sprung();
      if (!goesOn) return cut();
      to.write(bytes);
      from.resume();
    };
    client.on("data", (bytes) => {
      const before = this.take("before", bytes);
      if (before !== undefined) return void spring(before, client, target, bytes);
      asked ??= this.take("after", bytes);
      target.write(bytes);
    });
    target.on("data", (bytes) => {
      const trap = asked ?? this.take("says", bytes);
      asked = undefined;
      if (trap !== undefined) return void spring(trap, target, client, bytes);
      client.write(bytes);
    });
  }

  private take(moment: Moment, bytes: Buffer): Trap | undefined {
    for (const trap of this.traps) {
      if (trap.moment !== moment || !trap.pattern.test(bytes.toString("latin1"))) continue;
      this.traps.delete(trap);
      return trap;
    }
    return undefined;
  }
}
