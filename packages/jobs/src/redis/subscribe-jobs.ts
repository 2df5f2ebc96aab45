import type { Redis } from "ioredis";
import type { JobChanges } from "../store/job-changes.js";
import { JOBS_CHANNEL } from "../store/redis/keys.js";

/**
 * Feeds job changes from Redis into this process: one subscription, however many clients listen. After a reconnect
 * everyone looks anew, since Redis does not keep what nobody heard.
 */
export function subscribeJobs(subscriber: Redis, changes: JobChanges): void {
  subscriber.on("ready", () => {
    subscriber.subscribe(JOBS_CHANNEL).then(
      () => changes.tellAll(),
      () => {}, // away again: the next "ready" subscribes
    );
  });
  subscriber.on("message", (channel, jobId) => {
    if (channel === JOBS_CHANNEL) changes.tell(jobId);
  });
}
