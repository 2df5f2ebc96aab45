import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { Clock } from "../../src/clock.js";
import { CrashBackOff } from "../../src/service/crash-back-off.js";

describe("the back-off of a crash loop", () => {
  it("doubles from ten seconds to five minutes after a first restart at once", () => {
    const backOff = new CrashBackOff(new Clock(1));
    const waits = Array.from({ length: 8 }, () => {
      backOff.started();
      return backOff.next();
    });
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it("begins anew after ten minutes of running", async () => {
    const clock = new Clock(0.0001);
    const backOff = new CrashBackOff(clock);
    expect([backOff.next(), backOff.next()]).toEqual([0, 10]);
    backOff.started();
    await sleep(clock.milliseconds(600) + 20);
    expect(backOff.next()).toBe(0);
  });
});

describe("the clock", () => {
  it.each([0, -1, 1.5, Number.NaN])("refuses the scale %d", (scale) => {
    expect(() => new Clock(scale)).toThrow(/above 0 and at most 1/);
  });
});
