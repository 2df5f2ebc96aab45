import type { ServiceEvent } from "render-local";
import { buildMilliseconds } from "../../src/rehearsal/build-time.js";

const event = (second: number, type: string, buildId: string): ServiceEvent => ({
  id: `evt-${second}`,
  timestamp: new Date(second * 1000).toISOString(),
  serviceId: "srv-1",
  type,
  details: { buildId },
});

it("counts the time in which anything is built, and what is built at the same time once", () => {
  const events = [
    event(0, "build_started", "a"),
    event(1, "build_started", "b"),
    event(5, "build_ended", "a"),
    event(7, "build_ended", "b"),
    event(8, "deploy_started", "c"),
    event(20, "build_started", "d"),
    event(21, "build_ended", "d"),
  ];
  expect(buildMilliseconds(events)).toBe(8000);
});

it("is nothing where nothing was built to its end", () => {
  expect(buildMilliseconds([])).toBe(0);
  expect(buildMilliseconds([event(1, "build_ended", "x"), event(2, "build_started", "y")])).toBe(0);
});
