import { allPlots, explanationOf, numbered, wobble } from "./edge-cases.js";

describe("10,000 rows of 20 features", () => {
  const explanation = explanationOf({
    rows: 10_000,
    names: numbered(20),
    value: (r, f) => (wobble(r, f) * (1 + 0.5 * wobble(r, f + 100))) / (1 + f / 10),
    cell: (r, f) => (wobble(f, r) > 0.95 ? Number.NaN : wobble(r, f)),
  });

  it.each(Object.entries(allPlots))("are less than 1 MB as %s", (_, draw) => {
    expect(Buffer.byteLength(draw(explanation, { maxDisplay: 20 }))).toBeLessThan(1e6);
  });
});
