import { keepLock } from "../../src/queue/bull/keep-lock.js";
import { until } from "../until.js";

describe("keeping a lock", () => {
  it("goes on after failed renewals", async () => {
    let calls = 0;
    const lost: Error[] = [];
    const job = {
      extendLock: async () => {
        calls++;
        if (calls === 2) throw new Error("Command timed out");
      },
    };
    const stop = keepLock(job, 300, (error) => lost.push(error));
    await until(() => calls >= 4);
    stop();
    expect(lost).toEqual([]);
  });

  it("says so once where another worker has the lock", async () => {
    const lost: string[] = [];
    const stop = keepLock({ extendLock: async () => 0 }, 60, (error) => lost.push(error.message));
    await until(() => lost.length > 0);
    stop();
    expect(lost).toEqual(["another worker took the chunk over"]);
  });

  it("gives up when no renewal has succeeded for the lock's whole life", async () => {
    const lost: string[] = [];
    const fail = async () => {
      throw new Error("away");
    };
    const stop = keepLock({ extendLock: fail }, 60, (error) => lost.push(error.message));
    await until(() => lost.length > 0);
    stop();
    expect(lost).toEqual(["the lock could not be renewed in time"]);
  });
});
