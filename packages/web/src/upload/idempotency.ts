import { createHash, type Hash, randomUUID } from "node:crypto";
import { type IdempotencyStore, type IdempotentJob, isFinal, type JobStore } from "@shap-service/jobs";
import type { Request, Response } from "express";
import type { Caller } from "../http/authenticate.js";
import { ProblemError } from "../http/problem.js";

/**
 * One use of an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07). The same key and request give the same
 * job; another body is a 422, a first request that is still under way a 409. Keys of different callers never meet.
 */
export class IdempotentRequest {
  private readonly digest: Hash;
  private renewal: NodeJS.Timeout | undefined;
  private job: IdempotentJob | undefined;

  private constructor(
    private readonly store: IdempotencyStore,
    private readonly key: string,
    private readonly claimant: string,
    req: Request,
    /** The job of an earlier request with this key, and the digest of what it sent. */
    readonly earlier: IdempotentJob | undefined,
  ) {
    this.digest = createHash("sha256").update(`${req.originalUrl}\n`);
    req.on("data", (bytes: Buffer) => this.digest.update(bytes));
    req.pause();
    if (earlier !== undefined) return;
    // A claim lives as long as this process renews it: one that died under an upload blocks its client not for long.
    const renew = () => void store.renew(key, claimant).catch(() => {});
    this.renewal = setInterval(renew, store.claimMs / 6).unref();
  }

  /** Undefined where the request has no key. @throws ProblemError 400, 409 */
  static async begin(
    req: Request,
    res: Response,
    { idempotency: store, jobs }: { idempotency: IdempotencyStore; jobs: JobStore },
  ): Promise<IdempotentRequest | undefined> {
    const given = req.get("idempotency-key");
    if (given === undefined) return undefined;
    const text = given.replace(/^"(.*)"$/, "$1");
    if (!/^[\x21-\x7e]{1,255}$/.test(text)) {
      throw new ProblemError(
        "bad-request",
        "Idempotency-Key: expected 1 to 255 printable characters without spaces",
      );
    }
    const caller = res.locals.caller as Caller;
    const key = createHash("sha256").update(`${caller.name}\n${text}`).digest("hex");
    const claimant = randomUUID();
    for (;;) {
      const found = await store.claim(key, claimant);
      if (found === undefined) return new IdempotentRequest(store, key, claimant, req, undefined);
      const { jobId, digest } = found;
      const fate = jobId === undefined || digest === undefined ? "under way" : await fateOf(jobId, jobs);
      if (fate === "taken in") {
        return new IdempotentRequest(store, key, claimant, req, found as IdempotentJob);
      }
      if (fate === "under way") {
        throw new ProblemError("key-in-flight", "Wait for the answer to the first request with this key", {
          retryAfterSeconds: 1,
        });
      }
      await store.release(key, found.claimant);
    }
  }

  /** Reads the whole of a repeated request and gives the first one's job. @throws ProblemError 422 */
  async repeat(req: Request): Promise<string> {
    for await (const _ of req) {
      // The digest hears the bytes.
    }
    const { earlier } = this;
    if (earlier === undefined || earlier.digest !== this.digest.digest("hex")) {
      throw new ProblemError(
        "key-reused",
        "The body or the query differs from the first request with this key",
      );
    }
    return earlier.jobId;
  }

  /** All was read: from now on the job tells what became of this request, whatever becomes of this process. */
  async promise(jobId: string): Promise<void> {
    clearInterval(this.renewal);
    this.job = { jobId, digest: this.digest.digest("hex") };
    await this.store.promise(this.key, this.claimant, this.job);
  }

  /** The job is sealed. Where that cannot be told, the promise has the same meaning. */
  async complete(): Promise<void> {
    if (this.job !== undefined) await this.store.complete(this.key, this.claimant, this.job).catch(() => {});
  }

  /** No job was made. After the promise, the job's absence says so. */
  async release(): Promise<void> {
    clearInterval(this.renewal);
    if (this.job === undefined) await this.store.release(this.key, this.claimant).catch(() => {});
  }
}

/** A job that is gone, or whose upload never came to its end, leaves its key to the next request. */
async function fateOf(jobId: string, jobs: JobStore): Promise<"taken in" | "under way" | "gone"> {
  const job = await jobs.get(jobId);
  if (job === undefined) return "gone";
  if (job.chunks !== undefined) return "taken in";
  return isFinal(job.state) ? "gone" : "under way";
}
