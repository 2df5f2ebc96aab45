import { describeStatus } from "../../render/deploy-status.js";
import { isSuspended } from "../../render/workspace.js";
import { ProofFailed } from "../proof-failed.js";
import type { Subject } from "../subject.js";

const healthMilliseconds = 60_000;
/** What a process really needs to answer on a busy machine. */
const leastMilliseconds = 5000;

/** 1: web, worker and Key Value are live, on the expected commit, as Render and as the service itself tell it. */
export async function proveLive(subject: Subject): Promise<string[]> {
  const { api, commit, web, worker, keyValue } = subject;
  const facts: string[] = [];
  for (const { id } of [web, worker]) {
    const service = await api.service(id);
    if (isSuspended(service)) throw new ProofFailed(`${service.name} is suspended`, facts);
    const deploys = await api.deploys(id);
    const live = deploys.find(({ status }) => status === "live");
    if (live?.commit?.id !== commit) {
      const runs = live?.commit?.id?.slice(0, 7) ?? describeStatus(deploys[0]?.status);
      throw new ProofFailed(`${service.name} runs ${runs}, not ${commit.slice(0, 7)}`, facts);
    }
    facts.push(`${service.name} live on ${commit.slice(0, 7)} since ${live.finishedAt ?? "just now"}`);
  }
  if (keyValue) {
    const { status, options, name } = await api.keyValue(keyValue.id);
    if (status !== "available") throw new ProofFailed(`${name} is ${status}`, facts);
    const policy = options?.maxmemoryPolicy ?? "unknown";
    if (policy !== "noeviction")
      throw new ProofFailed(`${name} has the policy ${policy}: it may throw jobs away`, facts);
    facts.push(`${name} available, ${policy}`);
  }
  facts.push(await proveHealth(subject));
  return facts;
}

/** Just after a deploy some requests may still reach the old instance: it is asked until the new one answers. */
async function proveHealth({ service, clock, commit }: Subject): Promise<string> {
  const deadline = clock.deadline(healthMilliseconds, leastMilliseconds);
  for (;;) {
    const { ok, health } = await service.health();
    if (ok && health.commit === commit) return `/health: ${health.status} on ${commit.slice(0, 7)}`;
    if (clock.now() >= deadline) {
      throw new ProofFailed(
        ok
          ? `/health answers from ${health.commit?.slice(0, 7) ?? "an unknown commit"}, not ${commit.slice(0, 7)}`
          : `/health says ${health.status}: queue ${health.queue.status}`,
      );
    }
    await clock.wait(5000);
  }
}
