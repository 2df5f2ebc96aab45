import { isoDay, isoTime, timeOfDay } from "../../src/upload/iso-time.js";

describe("a time", () => {
  it.each([
    [1_704_164_645n, 0, "2024-01-02T03:04:05Z"],
    [1_704_164_645_000n, 3, "2024-01-02T03:04:05Z"],
    [1_704_164_645_120n, 3, "2024-01-02T03:04:05.120Z"],
    [1_700_000_000_123_456n, 6, "2023-11-14T22:13:20.123456Z"],
    [1_700_000_000_123_000n, 6, "2023-11-14T22:13:20.123Z"],
    [1_700_000_000_123_456_789n, 9, "2023-11-14T22:13:20.123456789Z"],
    [-1n, 9, "1969-12-31T23:59:59.999999999Z"],
    [-62_198_755_200n, 0, "-000001-01-01T00:00:00Z"],
  ])("of %s ticks, 10^%s a second, is told with as many digits as it needs", (ticks, digits, text) => {
    expect(isoTime(ticks, digits)).toBe(text);
  });

  it("that no calendar has is refused", () => {
    expect(() => isoTime(2n ** 63n - 1n, 0)).toThrow("9223372036854775807 is no time");
  });
});

it("a day is told without a time", () => {
  expect([isoDay(19_724), isoDay(-1)]).toEqual(["2024-01-02", "1969-12-31"]);
  expect(() => isoDay(2 ** 31 - 1)).toThrow("2147483647 is no day");
});

it("a time of day is told without a day", () => {
  expect(timeOfDay(11_045_000_001n, 6)).toBe("03:04:05.000001");
  expect(timeOfDay(11_045n, 0)).toBe("03:04:05");
  expect(() => timeOfDay(-1n, 3)).toThrow("-1 is no time of day");
  expect(() => timeOfDay(86_400n, 0)).toThrow("86400 is no time of day");
});
