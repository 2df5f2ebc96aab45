import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A real redis-server on a free port, in a folder of its own. */
export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly options: readonly string[],
  ) {}

  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), mkdtempSync(join(tmpdir(), "shap-redis-")), options);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.process!.pid!;
  }

  /** Starts it (again), with what its append-only file holds. */
  async start(): Promise<void> {
    const args = ["--port", String(this.port), "--dir", this.folder, "--bind", "127.0.0.1", "--save", ""];
    this.process = spawn("redis-server", [...args, "--maxmemory-policy", "noeviction", ...this.options], {
      stdio: "ignore",
    });
    await this.answering();
  }

  /** A command to it, such as `CONFIG SET maxmemory 1`. */
  async ask(command: string, ...args: string[]): Promise<unknown> {
    const redis = new Redis(this.url);
    try {
      return await redis.call(command, ...args);
    } finally {
      redis.disconnect();
    }
  }

  keys(pattern: string): Promise<string[]> {
    return this.ask("KEYS", pattern) as Promise<string[]>;
  }

  async stop(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    if (process === undefined || process.exitCode !== null) return;
    // A frozen process hears SIGTERM only once it goes on.
    process.kill("SIGCONT");
    process.kill("SIGTERM");
    await once(process, "exit");
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answering(): Promise<void> {
    const redis = new Redis(this.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    redis.on("error", () => {});
    await redis.ping();
    redis.disconnect();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
