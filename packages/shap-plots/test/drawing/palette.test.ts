import { palette } from "../../src/drawing/palette.js";

/**
 * How the three kinds of dichromats see a colour, on linear RGB: Machado, Oliveira, Fernandes, IEEE Trans. Visualization
 * and Computer Graphics 15 (2009), severity 1.
 */
const eyes = {
  trichromat: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanope: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranope: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanope: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

function linear(hex: string): number[] {
  return [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
}

function seen(hex: string, eye: keyof typeof eyes): number[] {
  const rgb = linear(hex);
  const matrix = eyes[eye];
  return [0, 3, 6].map((row) =>
    Math.min(
      1,
      Math.max(0, matrix[row]! * rgb[0]! + matrix[row + 1]! * rgb[1]! + matrix[row + 2]! * rgb[2]!),
    ),
  );
}

/** Björn Ottosson, A perceptual color space for image processing (2020). */
function oklab([r = 0, g = 0, b = 0]: number[]): [number, number, number] {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function distance(a: string, b: string, eye: keyof typeof eyes): number {
  const [x, y] = [oklab(seen(a, eye)), oklab(seen(b, eye))];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r = 0, g = 0, blue = 0] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const people = Object.keys(eyes) as (keyof typeof eyes)[];

describe.each(["light", "dark"] as const)("the %s palette", (theme) => {
  const paints = palette(theme);

  it.each(people)("keeps raising and lowering apart for a %s", (eye) => {
    expect(distance(paints.positive, paints.negative, eye)).toBeGreaterThan(0.15);
  });

  it.each(people)("keeps low and high feature values apart for a %s", (eye) => {
    const low = paints.values[0]!;
    const high = paints.values.at(-1)!;
    const middle = paints.values[paints.values.length >> 1]!;
    expect(distance(low, high, eye)).toBeGreaterThan(0.3);
    expect(distance(low, middle, eye)).toBeGreaterThan(0.1);
    expect(distance(middle, high, eye)).toBeGreaterThan(0.1);
  });

  it("makes feature values lighter all the way", () => {
    const lightness = paints.values.map((paint) => oklab(linear(paint))[0]);
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1]!);
  });

  it("has text that can be read (WCAG AA)", () => {
    expect(contrast(paints.ink, paints.paper)).toBeGreaterThan(7);
    expect(contrast(paints.muted, paints.paper)).toBeGreaterThan(4.5);
    for (const sign of [paints.positive, paints.negative]) {
      expect(contrast(paints.onSign, sign)).toBeGreaterThan(4.5);
      expect(contrast(sign, paints.paper)).toBeGreaterThan(4.5);
    }
  });

  it("shows every mark on its paper (WCAG 1.4.11, but for the palest end of the ramp)", () => {
    for (const paint of [paints.neutral, ...paints.values.slice(0, -3)]) {
      expect(contrast(paint, paints.paper)).toBeGreaterThan(2.5);
    }
  });
});

describe("the auto palette", () => {
  const paints = palette("auto");

  it("falls back to the light colours and follows the reader's scheme", () => {
    expect(paints.ink).toBe(`var(--shap-ink,${palette("light").ink})`);
    expect(paints.css).toContain("@media(prefers-color-scheme:dark)");
    expect(paints.css).toContain(`--shap-ink:${palette("dark").ink}`);
  });

  it("defines every variable it uses", () => {
    const used = JSON.stringify(paints).matchAll(/var\((--shap-\w+)/g);
    for (const [, name] of used) expect(paints.css.split(`${name}:`)).toHaveLength(3);
  });
});
