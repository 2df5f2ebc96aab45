import { Agent, request } from "node:http";
import { setTimeout } from "node:timers/promises";

export interface OneRowFigures {
  readonly flatOutPerSecond: number;
  /** Milliseconds at 200 requests a second. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const CONNECTIONS = 8;
/** Node compiles what runs often in steps; a busy service has them behind it. */
const WARM_UP = 4000;
const FLAT_OUT = 12_000;
const PACED = 2000;
const PACE_MS = 5;

/** Explanations of one row over connections that are kept: flat out, then at 200 a second. */
export async function measureOneRow(url: string, row: Record<string, number | null>): Promise<OneRowFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = JSON.stringify({ rows: [row] });
  const send = async (): Promise<number> => {
    const begun = performance.now();
    await explain(`${url}/v1/models/mortgage/explain`, agent, body);
    return performance.now() - begun;
  };
  for (let i = 0; i < WARM_UP; i++) await send();
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let i = 0; i < FLAT_OUT / CONNECTIONS; i++) await send();
    }),
  );
  const flatOutPerSecond = (FLAT_OUT * 1000) / (performance.now() - begun);
  const paced: Promise<number>[] = [];
  const start = performance.now();
  for (let i = 0; i < PACED; i++) {
    const early = start + i * PACE_MS - performance.now();
    if (early > 0.5) await setTimeout(early);
    paced.push(send());
  }
  const times = (await Promise.all(paced)).sort((a, b) => a - b);
  agent.destroy();
  return {
    flatOutPerSecond: Math.round(flatOutPerSecond),
    p50Ms: times[Math.floor(PACED * 0.5)]!,
    p99Ms: times[Math.floor(PACED * 0.99)]!,
  };
}

function explain(url: string, agent: Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request(url, { method: "POST", agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
      answer.resume().once("end", resolve);
    });
    sent.once("error", reject).end(body);
  });
}
