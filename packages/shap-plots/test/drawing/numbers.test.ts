import { scaleLinear } from "d3-scale";
import { columnOfNumbers, numberText, tickTexts } from "../../src/drawing/numbers.js";

describe("columnOfNumbers", () => {
  it.each([
    [0.98, 0.05, "+0.05"],
    [0.98, -0.004, "−0.00"],
    [12.5, -3, "−3.0"],
    [640, 3.6, "+4"],
    [0.045, 0.045, "+0.045"],
    [123456, -98765.4, "−98,765"],
    [3e-12, 1.5e-12, "+1.50×10⁻¹²"],
    [3e-12, -2e-13, "−0.20×10⁻¹²"],
    [7.25e12, 7.25e12, "+7.25×10¹²"],
    [1, 0, "0"],
    [0, 0, "0"],
    [1e-310, 1e-310, "+1.00×10⁻³¹⁰"],
    [1.5e308, -1.5e308, "−1.50×10³⁰⁸"],
  ])("beside a largest of %d writes %d as %s", (largest, value, text) => {
    expect(columnOfNumbers(largest).signed(value)).toBe(text);
  });

  it("has a sign only below zero in plain", () => {
    expect(columnOfNumbers(2).plain(1.5)).toBe("1.50");
    expect(columnOfNumbers(2).plain(-1.5)).toBe("−1.50");
  });
});

describe("numberText", () => {
  it.each([
    [612, "612"],
    [2024, "2024"],
    [132900, "132,900"],
    [-0.8582, "−0.8582"],
    [3.1, "3.1"],
    [12345.678, "12,346"],
    [1e-12, "1×10⁻¹²"],
    [-2.5e12, "−2.5×10¹²"],
    [0, "0"],
    [-0, "0"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("writes %d as %s", (value, text) => expect(numberText(value)).toBe(text));
});

describe("tickTexts", () => {
  const texts = (low: number, high: number, room = 500) =>
    tickTexts(scaleLinear([low, high], [0, room]), room).map(({ text }) => text);

  it("writes true minus signs and a bare zero", () => {
    expect(texts(-1, 1, 300)).toEqual(["−1.0", "−0.5", "0", "0.5", "1.0"]);
  });

  it("shares a power of ten where numbers are tiny or huge", () => {
    expect(texts(0, 2e-12, 460)).toEqual(["0", "0.5×10⁻¹²", "1.0×10⁻¹²", "1.5×10⁻¹²", "2.0×10⁻¹²"]);
    expect(texts(1e12, 3e12, 250)).toEqual(["1×10¹²", "2×10¹²", "3×10¹²"]);
  });

  it("keeps digits that tell a huge number from its neighbour", () => {
    expect(texts(1e9, 1e9 + 2, 400)).toEqual(["1,000,000,000", "1,000,000,001", "1,000,000,002"]);
  });

  it("has fewer ticks where there is little room", () => {
    expect(texts(0, 100, 60).length).toBeLessThan(texts(0, 100, 600).length);
  });
});
