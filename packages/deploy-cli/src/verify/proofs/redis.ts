import { ProofFailed } from "../proof-failed.js";
import type { Subject } from "../subject.js";

const pollSeconds = 5;

/** 3: Redis is there at every look for a while, and the service's connections hold. */
export async function proveRedis({ service, clock, watchSeconds, say }: Subject): Promise<string[]> {
  const looks = Math.max(2, Math.ceil(watchSeconds / pollSeconds) + 1);
  const latencies: number[] = [];
  const reconnects: number[] = [];
  for (let look = 1; look <= looks; look += 1) {
    const { ok, health } = await service.health();
    const { kind, status, latencyMs } = health.queue;
    const facts = [`look ${look} of ${looks}`];
    if (kind !== "redis")
      throw new ProofFailed(`the queue is ${kind}, not redis: web and worker do not share it`, facts);
    if (!ok) throw new ProofFailed(`the queue is ${status} at look ${look}`, facts);
    if (typeof latencyMs === "number") latencies.push(latencyMs);
    if (typeof health.queue.reconnects === "number") reconnects.push(health.queue.reconnects);
    say(`Redis ${status}, look ${look} of ${looks}`);
    if (look < looks) await clock.wait(pollSeconds * 1000);
  }
  const made = reconnects.length > 0 ? reconnects[reconnects.length - 1] - reconnects[0] : undefined;
  if (made !== undefined && made > 0) {
    throw new ProofFailed(`the service had to connect to Redis anew ${made} time(s) in ${watchSeconds} s`);
  }
  return [
    `${looks} looks in ${watchSeconds} s, none failed`,
    ...(latencies.length > 0 ? [`latency at most ${Math.max(...latencies)} ms`] : []),
    ...(made === undefined ? [] : [`${made} reconnects`]),
  ];
}
