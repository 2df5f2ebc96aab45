import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { ask } from "./running-service.js";

export interface StreamedJob {
  readonly uploadSeconds: number;
  readonly explainedSeconds: number;
  readonly totalSeconds: number;
  readonly resultBytes: number;
}

export interface StreamOptions {
  readonly header: string;
  /** Repeated to `rows`. */
  readonly lines: readonly string[];
  readonly rows: number;
  readonly query?: string;
  /** The client reads the result no faster than this. */
  readonly bytesPerSecond?: number;
}

/** A CSV through the service as a stream: neither end ever holds the table. The job is deleted afterwards. */
export async function streamJob(url: string, options: StreamOptions): Promise<StreamedJob> {
  const begun = performance.now();
  const since = () => (performance.now() - begun) / 1000;
  const submitted = await ask(`${url}/v1/jobs${options.query ?? ""}`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: Readable.toWeb(Readable.from(csv(options))) as ReadableStream,
    duplex: "half",
  } as RequestInit);
  const uploadSeconds = since();
  const { id } = (await submitted.json()) as { id: string };
  for (;;) {
    const { state, error } = (await (await ask(`${url}/v1/jobs/${id}`)).json()) as Record<string, string>;
    if (state === "completed") break;
    if (state === "failed") throw new Error(`the job failed: ${error}`);
    await setTimeout(20);
  }
  const explainedSeconds = since();
  const resultBytes = await read(await ask(`${url}/v1/jobs/${id}/result`), options.bytesPerSecond);
  const totalSeconds = since();
  await ask(`${url}/v1/jobs/${id}`, { method: "DELETE" });
  return { uploadSeconds, explainedSeconds, totalSeconds, resultBytes };
}

function* csv({ header, lines, rows }: StreamOptions): Generator<string> {
  yield `${header}\n`;
  for (let done = 0; done < rows; done += lines.length) yield `${lines.slice(0, rows - done).join("\n")}\n`;
}

async function read(response: Response, bytesPerSecond = Number.POSITIVE_INFINITY): Promise<number> {
  const begun = performance.now();
  let bytes = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    const early = (bytes / bytesPerSecond) * 1000 - (performance.now() - begun);
    if (early > 1) await setTimeout(early);
  }
  return bytes;
}
