import { MemoryWatch, nextLevel } from "../../src/process/memory-watch.js";
import { until } from "../until.js";

describe("the memory level", () => {
  it.each([
    ["ok", 74, "ok"],
    ["ok", 76, "high"],
    ["high", 72, "high"],
    ["high", 69, "ok"],
    ["high", 101, "over"],
    ["over", 99, "high"],
  ] as const)("after %s at %i %% is %s", (level, percent, next) => {
    expect(nextLevel(level, percent, 100)).toBe(next);
  });

  it("is told when it changes", async () => {
    let rss = 50;
    const levels: string[] = [];
    const settings = { limitBytes: 100, watch: true, aggressive: false };
    const watch = new MemoryWatch(
      settings,
      (level) => levels.push(level),
      () => rss,
      2,
    );
    for (const [value, level] of [
      [80, "high"],
      [120, "over"],
      [10, "ok"],
    ] as const) {
      rss = value;
      await until(() => watch.level === level);
    }
    watch.stop();
    expect(levels).toEqual(["high", "over", "ok"]);
  });
});
