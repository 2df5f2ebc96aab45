import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { ProofFailed } from "./proof-failed.js";
import { proveLive } from "./proofs/live.js";
import { proveMemory } from "./proofs/memory.js";
import { proveRedis } from "./proofs/redis.js";
import { proveRestarts } from "./proofs/restarts.js";
import { proveTestJob } from "./proofs/test-job.js";
import { proveWorkers } from "./proofs/workers.js";
import type { Proof, VerificationReport } from "./report.js";
import type { Subject } from "./subject.js";

export interface VerificationOptions {
  /** How many times web and worker are restarted; 0 leaves the sixth proof out. */
  restarts: number;
  onProof?: (proof: Proof) => void;
}

/**
 * Looks at the running system from outside and gives the six proofs with their figures. A proof that fails does not keep
 * the others from being looked at, except that restarts are pointless then.
 */
export async function runVerification(
  subject: Subject,
  options: VerificationOptions,
): Promise<VerificationReport> {
  const startedAt = new Date();
  const proofs: Proof[] = [];
  const prove = async (title: string, find: () => Promise<string[]>, skip?: string) => {
    const proof = await look(proofs.length + 1, title, find, skip, subject);
    proofs.push(proof);
    options.onProof?.(proof);
  };
  await prove("web, worker and Key Value are live on the commit", () => proveLive(subject));
  await prove("the worker has a name of its own, and nothing of before is left", () => proveWorkers(subject));
  await prove("Redis is stable", () => proveRedis(subject));
  await prove("a test job's values are right", () => proveTestJob(subject));
  await prove("memory stays under the limit", () => proveMemory(subject));
  const isUseless = proofs.some(({ state }) => state === "failed");
  const skip =
    options.restarts === 0
      ? "not asked for (--restarts N)"
      : isUseless
        ? "an earlier proof failed"
        : undefined;
  await prove("everything survives restarts", () => proveRestarts(subject, options.restarts), skip);
  return {
    ok: proofs.every(({ state }) => state !== "failed"),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    commit: subject.commit,
    url: subject.service.url,
    web: subject.web.name,
    worker: subject.worker.name,
    proofs,
  };
}

async function look(
  number: number,
  title: string,
  find: () => Promise<string[]>,
  skip: string | undefined,
  { clock }: Subject,
): Promise<Proof> {
  if (skip !== undefined) return { number, title, state: "skipped", why: skip, facts: [], seconds: 0 };
  const begun = clock.now();
  const seconds = () => (clock.now() - begun) / 1000;
  try {
    return { number, title, state: "passed", facts: await find(), seconds: seconds() };
  } catch (error) {
    clock.throwIfStopped();
    if (error instanceof ProofFailed) {
      return {
        number,
        title,
        state: "failed",
        why: error.message,
        facts: [...error.facts],
        seconds: seconds(),
      };
    }
    // Render itself refusing is no statement about the service.
    if (error instanceof DeployToolError && error.exitCode !== exitCode.refused) {
      return { number, title, state: "failed", why: error.message, facts: [], seconds: seconds() };
    }
    throw error;
  }
}
