import { format, precisionFixed } from "d3-format";
import type { ScaleLinear } from "d3-scale";
import { textWidth } from "./text-width.js";

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

export interface NumberTexts {
  /** With a sign always: `+0.42`, `−1.20`, `0` for an exact zero. */
  signed(value: number): string;
  /** With a sign where it is negative. */
  plain(value: number): string;
}

/**
 * Texts for numbers that stand in one column, so all with the same decimals: about three digits of the largest.
 * Outside of 0.001 to 1,000,000 all share one power of ten, `+1.20×10⁻¹²`.
 * @param largest the largest absolute value of the column
 */
export function columnOfNumbers(largest: number): NumberTexts {
  if (!(largest > 0)) return { signed: () => "0", plain: () => "0" };
  const magnitude = Math.floor(Math.log10(largest));
  if (largest < 0.001 || largest >= 1e6) {
    const suffix = powerOfTen(magnitude);
    const mantissa = format(".2f");
    const signedMantissa = format("+.2f");
    const scaled = (value: number) => scaleByPowerOfTen(value, magnitude);
    return {
      signed: (value) => (value === 0 ? "0" : signedMantissa(scaled(value)) + suffix),
      plain: (value) => (value === 0 ? "0" : mantissa(scaled(value)) + suffix),
    };
  }
  const decimals = Math.max(0, 2 - magnitude - (largest < 1 ? 1 : 0));
  const plain = format(`,.${decimals}f`);
  const signed = format(`+,.${decimals}f`);
  return { signed: (value) => (value === 0 ? "0" : signed(value)), plain: (value) => plain(value) };
}

/**
 * A single number with about four digits, as a person would write it: `612`, `132,900`, `0.8582`, `1×10⁻¹²`.
 * Whole numbers below 10,000 have no separator (they may be years).
 */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "∞";
  if (value === Number.NEGATIVE_INFINITY) return "−∞";
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 1e-3 || size >= 1e9) {
    const magnitude = Math.floor(Math.log10(size) + 1e-12);
    return format(".3~r")(scaleByPowerOfTen(value, magnitude)) + powerOfTen(magnitude);
  }
  if (Number.isInteger(value)) return format(size < 1e4 ? "d" : ",d")(value);
  return size >= 1e4 ? format(",.0f")(value) : format(".4~r")(value);
}

/** Texts for a scale's ticks: as many as fit side by side (`room` px for all), at most `count`. */
export function tickTexts(
  scale: ScaleLinear<number, number>,
  room: number,
  count = Math.max(3, Math.floor(room / 60)),
): { value: number; text: string }[] {
  for (let wanted = count; wanted > 1; wanted--) {
    const ticks = labelTicks(scale, wanted);
    const widest = Math.max(...ticks.map(({ text }) => textWidth(text, 11)));
    if (ticks.length * Math.max(40, widest + 16) <= room) return ticks;
  }
  return labelTicks(scale, 1);
}

function labelTicks(scale: ScaleLinear<number, number>, count: number): { value: number; text: string }[] {
  const ticks = scale.ticks(count);
  const largest = Math.max(...ticks.map(Math.abs));
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : largest;
  const tiny = largest > 0 && largest < 1e-3;
  const huge = largest >= 1e6 && step / largest > 1e-4;
  const text = tiny || huge ? sharedPowerOfTen(largest, step) : scale.tickFormat(count);
  // A tick that is zero but for rounding is zero.
  return ticks.map((value) => ({ value, text: Math.abs(value) < step * 1e-9 ? "0" : text(value) }));
}

/** Numbers that are multiples of `step`, all with the power of ten of the largest: `0.5×10¹²`, `1.0×10¹²`. */
function sharedPowerOfTen(largest: number, step: number): (value: number) => string {
  const magnitude = Math.floor(Math.log10(largest) + 1e-12);
  const decimals = precisionFixed(scaleByPowerOfTen(step, magnitude) * (1 + 1e-9));
  const mantissa = format(`.${decimals}f`);
  return (value) => mantissa(scaleByPowerOfTen(value, magnitude)) + powerOfTen(magnitude);
}

/** A count of rows or features: `10,000`. */
export const countText = format(",d");

/** `×10⁻¹²` */
function powerOfTen(exponent: number): string {
  return exponent === 0
    ? ""
    : `×10${[...String(exponent)].map((character) => SUPERSCRIPTS[character]).join("")}`;
}

/** value / 10^exponent without leaving the range of float64 on the way (10^-320 is none). */
function scaleByPowerOfTen(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value / 10 ** half / 10 ** (exponent - half);
}
