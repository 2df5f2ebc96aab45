import { LockLostError } from "../chunk-queue.js";

/** The part of a Bull job this needs; its typings say void, it answers 0 where another process holds the lock. */
export interface Lockable {
  extendLock(ms: number): Promise<unknown>;
}

/**
 * Renews a Bull job's lock while its handler runs. Bull does so too, but stops for ever after one failed renewal
 * (lib/queue.js, processJob's lockExtender); this one goes on, and tells only when the lock must be gone: no renewal
 * has succeeded for as long as the lock lives.
 *
 * @returns what ends the renewals
 */
export function keepLock(job: Lockable, lockMs: number, onLost: (error: Error) => void): () => void {
  let lastSuccess = performance.now();
  let lost = false;
  let underWay = false;
  const renew = async () => {
    if (underWay || lost) return;
    underWay = true;
    try {
      const kept = await job.extendLock(lockMs);
      if (kept === 0) lose(new LockLostError("another worker took the chunk over"));
      else lastSuccess = performance.now();
    } catch (cause) {
      if (performance.now() - lastSuccess > lockMs) {
        lose(new LockLostError("the lock could not be renewed in time", { cause }));
      }
    } finally {
      underWay = false;
    }
  };
  const lose = (error: Error) => {
    lost = true;
    onLost(error);
  };
  const timer = setInterval(renew, lockMs / 6);
  return () => {
    lost = true;
    clearInterval(timer);
  };
}
