import { decimalNumber, decimalText } from "../../src/upload/decimals.js";

describe("a decimal", () => {
  it("keeps all its digits as a text", () => {
    expect(decimalText(123456789012345678901234n, 4)).toBe("12345678901234567890.1234");
    expect([decimalText(-310n, 2), decimalText(-5n, 3), decimalText(0n, 2)]).toEqual([
      "-3.10",
      "-0.005",
      "0.00",
    ]);
    expect([decimalText(7n, 0), decimalText(7n, -2)]).toEqual(["7", "700"]);
  });

  it("is as a number the nearest one there is, as a program reads its text", () => {
    for (const [unscaled, scale] of [
      [3n, 1],
      [-123n, 2],
      [2n ** 53n + 1n, 0],
      [10n ** 30n + 1n, 30],
      [1n, 30],
      [9_007_199_254_740_991n, 22],
      [7n, -2],
    ] as const) {
      expect(decimalNumber(unscaled, scale)).toBe(Number(decimalText(unscaled, scale)));
    }
  });
});
