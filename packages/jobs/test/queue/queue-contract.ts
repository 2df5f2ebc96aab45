import { setTimeout } from "node:timers/promises";
import type { ChunkTask } from "../../src/job.js";
import type { ChunkQueue } from "../../src/queue/chunk-queue.js";
import { until } from "../until.js";

export const taskOf = (jobId: string, index: number): ChunkTask => ({ schema: 1, jobId, index });

/** What every queue adapter must do. `open` gives a queue nobody has used. */
export function describeQueue(name: string, open: () => ChunkQueue | Promise<ChunkQueue>): void {
  describe(`${name}, as a chunk queue`, () => {
    let queue: ChunkQueue;
    beforeEach(async () => {
      queue = await open();
    });
    afterEach(() => queue.close(0));

    it("hands tasks out in order, one at a time", async () => {
      const seen: number[] = [];
      let running = 0;
      let most = 0;
      for (let i = 0; i < 5; i++) await queue.add(taskOf("ja", i));
      await queue.process(async (task) => {
        most = Math.max(most, ++running);
        await setTimeout(5);
        seen.push(task.index);
        running--;
      });
      await until(() => seen.length === 5);
      expect(seen).toEqual([0, 1, 2, 3, 4]);
      expect(most).toBe(1);
    });

    it("carries a task's fields unchanged", async () => {
      const task = { ...taskOf("jb", 7), requestId: "r-1" };
      let seen: ChunkTask | undefined;
      await queue.add(task);
      await queue.process(async (received) => {
        seen = received;
      });
      expect(await until(() => seen)).toEqual(task);
    });

    it("keeps one of two tasks for the same chunk", async () => {
      const seen: number[] = [];
      await queue.add(taskOf("jc", 0));
      await queue.add(taskOf("jc", 0));
      await queue.add(taskOf("jc", 1));
      expect((await queue.counts()).waiting).toBe(2);
      await queue.process(async (task) => void seen.push(task.index));
      await until(() => seen.includes(1));
      expect(seen).toEqual([0, 1]);
    });

    it("tries a task three times, then gives it up and goes on", async () => {
      let tries = 0;
      const given: string[] = [];
      const done: string[] = [];
      await queue.add(taskOf("jd", 0));
      await queue.add(taskOf("je", 0));
      await queue.process(
        async (task) => {
          if (task.jobId === "jd") {
            tries++;
            throw new Error("no luck");
          }
          done.push(task.jobId);
        },
        { onGiveUp: async (task, error) => void given.push(`${task.jobId}: ${error.message}`) },
      );
      await until(() => given.length > 0 && done.length > 0);
      expect(tries).toBe(3);
      expect(given).toEqual(["jd: no luck"]);
    });

    it("takes no task while paused, and goes on after", async () => {
      const seen: number[] = [];
      await queue.process(async (task) => void seen.push(task.index));
      await queue.pause();
      await queue.add(taskOf("jf", 0));
      await setTimeout(50);
      expect(seen).toEqual([]);
      await queue.resume();
      await until(() => seen.length === 1);
    });

    it("drops the tasks of a job that nobody has begun", async () => {
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) await queue.add(taskOf("jg", i));
      await queue.add(taskOf("jh", 0));
      await queue.remove("jg", 3);
      expect((await queue.counts()).waiting).toBe(1);
      await queue.process(async (task) => void seen.push(task.jobId));
      await until(() => seen.includes("jh"));
      expect(seen).toEqual(["jh"]);
    });

    it("lets the present task finish when it closes", async () => {
      let finished = false;
      let begun = false;
      await queue.add(taskOf("ji", 0));
      await queue.process(async () => {
        begun = true;
        await setTimeout(100);
        finished = true;
      });
      await until(() => begun);
      await queue.close(5000);
      expect(finished).toBe(true);
    });

    it("aborts a task that outlives the grace", async () => {
      let aborted = false;
      let begun = false;
      await queue.add(taskOf("jj", 0));
      await queue.process(async (_task, signal) => {
        begun = true;
        await setTimeout(60_000, undefined, { signal }).catch(() => {
          aborted = true;
        });
        signal.throwIfAborted();
      });
      await until(() => begun);
      await queue.close(10);
      await until(() => aborted);
    });

    it("answers a ping with its time", async () => {
      expect(await until(() => queue.ping().then((ms) => ms >= 0))).toBe(true);
    });
  });
}
