import { tmpdir } from "node:os";
import { freePort, Program } from "./program.js";

/** Both services are asked whether they are done this often. */
export const POLL_MS = 25;
/** A table that takes longer is given up. */
export const PATIENCE_MS = 180_000;

/** A web process, a worker process and the Redis of their own between them. */
export interface RunningService {
  readonly programs: Readonly<Record<"web" | "worker" | "redis", Program>>;
  /** Uploads a table, waits until it is explained, downloads the result. */
  explain(table: Buffer, type: TableType): Promise<Buffer>;
  stop(): Promise<void>;
}
export type TableType = "application/json" | "text/csv";

/** A Redis that writes nothing to the disk. @param cpu the one processor it may use */
export async function startRedis(cpu?: number): Promise<{ program: Program; url: string }> {
  const port = String(await freePort());
  const options = ["--port", port, "--bind", "127.0.0.1", "--dir", tmpdir(), "--save", ""];
  const program = await Program.start("redis-server", options, { cpu });
  await program.says(/Ready to accept connections/);
  return { program, url: `redis://127.0.0.1:${port}` };
}

/** Sends a request. @throws Error with the answer where it is not a success */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response;
}

export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}
