import type { RenderLocal } from "render-local";
import { ProofFailed } from "../verify/proof-failed.js";
import { proveLive } from "../verify/proofs/live.js";
import { proveRedis } from "../verify/proofs/redis.js";
import { proveTestJob } from "../verify/proofs/test-job.js";
import type { Proof } from "../verify/report.js";
import type { Subject } from "../verify/subject.js";

interface Breakage {
  title: string;
  /** Does the damage; resolves when it is done. */
  strike: (local: RenderLocal, subject: Subject) => Promise<void>;
}

const breakages: Breakage[] = [
  {
    title: "the worker killed with -9",
    strike: async (local, { worker }) => {
      await local.service(worker.name).fleet.instances[0]?.crash("SIGKILL");
    },
  },
  {
    title: "Redis killed and started again",
    strike: async (local, { keyValue }) => {
      const pid = keyValue && local.keyValue(keyValue.name).pid;
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    },
  },
  {
    title: "the worker killed for its memory",
    strike: async (local, { worker }) => {
      await local.service(worker.name).fleet.instances[0]?.killForMemory();
    },
  },
];

// Real programs start again and notice lost connections in real time.
const recoveryMilliseconds = 90_000;
const pollMilliseconds = 500;

/** Breaks the rehearsed system in each way, and proves that it comes back by itself. */
export async function breakOnPurpose(
  local: RenderLocal,
  subject: Subject,
  onProof: (proof: Proof) => void,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const { title, strike } of breakages) {
    const number = 7 + proofs.length;
    const begun = Date.now();
    const before = new Set((await subject.service.workers()).map(({ name }) => name));
    await strike(local, subject);
    const proof = await recover(number, `back after: ${title}`, subject, before, begun);
    proofs.push(proof);
    onProof(proof);
  }
  return proofs;
}

async function recover(
  number: number,
  title: string,
  subject: Subject,
  before: ReadonlySet<string>,
  begun: number,
): Promise<Proof> {
  const seconds = () => (Date.now() - begun) / 1000;
  const killedWorker = title.includes("worker");
  for (;;) {
    try {
      const facts = await proveBack(subject, killedWorker ? before : new Set());
      return {
        number,
        title,
        state: "passed",
        facts: [`in order again after ${seconds().toFixed(1)} s`, ...facts],
        seconds: seconds(),
      };
    } catch (error) {
      subject.clock.throwIfStopped();
      const why = error instanceof Error ? error.message : String(error);
      if (Date.now() - begun > recoveryMilliseconds) {
        const facts = error instanceof ProofFailed ? [...error.facts] : [];
        return { number, title, state: "failed", why, facts, seconds: seconds() };
      }
      subject.say(`${title}: ${why}`);
      await subject.clock.wait(pollMilliseconds / subject.clock.scale);
    }
  }
}

/** Health, Redis, a worker that is not the killed one, and a job with right values. */
async function proveBack(subject: Subject, killed: ReadonlySet<string>): Promise<string[]> {
  // What comes last is looked at first: the others are in order by then.
  const fresh = (await subject.service.workers()).filter(({ name }) => !killed.has(name));
  if (fresh.length === 0) throw new ProofFailed("no fresh worker is registered yet");
  await proveLive(subject);
  await proveRedis({ ...subject, watchSeconds: 5 });
  return [...fresh.map(({ name }) => `registered: ${name}`), ...(await proveTestJob(subject))];
}
