import { readFileSync } from "node:fs";
import { createLogger, readSettings } from "@shap-service/jobs";
import { startServer, type WebServer } from "../src/server.js";

const example = new URL("../../../examples/mortgage/", import.meta.url);

/** A file of the example, as text. */
export const exampleText = (name: string): string => readFileSync(new URL(name, example), "utf8");

/** The service in this process (whose memory is jest's, not the service's) on a free port, with the embedded queue unless told otherwise. */
export async function startService(env: Record<string, string> = {}): Promise<WebServer> {
  const settings = readSettings({ PORT: "0", LOG_LEVEL: "silent", MAX_MEMORY_MB: "8192", ...env });
  return startServer(settings, createLogger("web", settings));
}

/** The first rows of the sample, each an object by feature name. */
export function sampleRows(count: number): Record<string, number | null>[] {
  const [header = "", ...lines] = exampleText("sample.csv").trimEnd().split("\n");
  const names = header.split(",");
  return lines.slice(0, count).map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, i) => [name, cells[i] === "" ? null : Number(cells[i])]));
  });
}

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

export const postCsv = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, { method: "POST", headers: { "content-type": "text/csv", ...headers }, body });

/** The job once it has ended. */
export async function finished(url: string, id: string): Promise<Record<string, unknown>> {
  for (;;) {
    const response = await fetch(`${url}/v1/jobs/${id}`);
    const job = (await response.json()) as Record<string, unknown>;
    const away = response.status === 503;
    if (!away && job.state !== "queued" && job.state !== "running") return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
