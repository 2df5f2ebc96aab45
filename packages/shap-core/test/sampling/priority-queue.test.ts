import fc from "fast-check";
import { PriorityQueue } from "../../src/sampling/priority-queue.js";

describe("PriorityQueue", () => {
  it("gives the largest priority first, and equal ones in the order they came", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (priorities) => {
        const queue = new PriorityQueue<number>();
        priorities.forEach((priority, i) => {
          queue.push(priority, i);
        });
        const expected = priorities.map((_, i) => i).sort((a, b) => priorities[b]! - priorities[a]! || a - b);
        expect(priorities.map(() => queue.pop())).toEqual(expected);
        expect([queue.size, queue.pop()]).toEqual([0, undefined]);
      }),
    );
  });
});
