import { parseSince } from "../../src/commands/logs.js";

const now = Date.parse("2026-11-24T12:00:00Z");

it.each([
  ["30s", "2026-11-24T11:59:30.000Z"],
  ["15m", "2026-11-24T11:45:00.000Z"],
  ["2h", "2026-11-24T10:00:00.000Z"],
  ["1d", "2026-11-23T12:00:00.000Z"],
  ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
])("--since %s is read", (text, expected) => {
  expect(parseSince(text, now).toISOString()).toBe(expected);
});

it.each(["", "yesterday", "15", "-1h", "1w"])("--since %j is refused with how to write it", (text) => {
  expect(() => parseSince(text, now)).toThrow(/no span of time/);
});
