import { isOutOfMemory, lastLogs, reasonOf, whereToLook } from "../../deploy/explain-failure.js";
import type { RenderMetric, RenderService } from "../../render/schemas.js";
import { ProofFailed } from "../proof-failed.js";
import type { Subject } from "../subject.js";

const mebibyte = 1024 * 1024;
const bytesOfUnit: Record<string, number> = {
  bytes: 1,
  b: 1,
  kb: 1000,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: mebibyte,
  gib: 1024 * mebibyte,
};

/** 5: memory stays under the limit, by Render's metrics and by the service's own figures; nothing was killed for it. */
export async function proveMemory(subject: Subject): Promise<string[]> {
  const { api, ownerId, service, web, worker, since } = subject;
  const facts: string[] = [];
  for (const one of [web, worker]) {
    const killed = (await api.events(one.id, since)).find(isOutOfMemory);
    if (killed) {
      const seen = whereToLook(one, await lastLogs(api, ownerId, one, since));
      throw new ProofFailed(
        `${one.name} was killed for its memory at ${killed.timestamp}: ${reasonOf(killed)}`,
        [...facts, ...seen],
      );
    }
    facts.push(await fromMetrics(subject, one));
  }
  const { health } = await service.health();
  const { rssBytes, limitBytes } = health.memory;
  if (rssBytes > limitBytes)
    throw new ProofFailed(`web uses ${megabytes(rssBytes)} of its own ${megabytes(limitBytes)}`, facts);
  facts.push(`web itself: ${megabytes(rssBytes)} of ${megabytes(limitBytes)}`);
  for (const { name, rssBytes: used } of await service.workers()) {
    if (typeof used !== "number") continue;
    if (used > limitBytes)
      throw new ProofFailed(`${name} uses ${megabytes(used)} of ${megabytes(limitBytes)}`, facts);
    facts.push(`${name} itself: ${megabytes(used)}`);
  }
  return facts;
}

async function fromMetrics({ api, since }: Subject, { id, name }: RenderService): Promise<string> {
  const [used, limits] = await Promise.all([
    api.metric("memory", id, since),
    api.metric("memory-limit", id, since),
  ]);
  const peak = highest(used);
  const limit = highest(limits);
  // Metrics come with a delay: right after a start there may be none.
  if (peak === undefined) return `${name}: no metrics yet`;
  if (limit !== undefined && peak > limit)
    throw new ProofFailed(`${name} used ${megabytes(peak)} of ${megabytes(limit)}`);
  return `${name}: peak ${megabytes(peak)}${limit === undefined ? "" : ` of ${megabytes(limit)}`}`;
}

function highest(metrics: readonly RenderMetric[]): number | undefined {
  let most: number | undefined;
  for (const { values, unit } of metrics) {
    const factor = bytesOfUnit[(unit ?? "bytes").toLowerCase()] ?? 1;
    for (const { value } of values) most = Math.max(most ?? 0, value * factor);
  }
  return most;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / mebibyte)} MB`;
}
