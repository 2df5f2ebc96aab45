import { dots } from "../../src/drawing/dots.js";
import { palette } from "../../src/drawing/palette.js";

const light = palette("light");

function drawn(x: number[], y: number[], color?: number[]) {
  return dots({
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    color: color === undefined ? undefined : Float64Array.from(color),
    radius: 2,
    cell: 0.5,
    palette: light,
  });
}

describe("dots", () => {
  it("draws dots of one place once, in their mean colour", () => {
    const svg = drawn([10, 10.1, 9.9], [5, 5, 5.1], [0, 0.5, 1]);
    expect(svg.match(/h0/g)).toHaveLength(1);
    expect(svg).toContain(`stroke="${light.values[8]}"`);
  });

  it("keeps dots apart that are further than a cell", () => {
    expect(drawn([10, 11], [5, 5], [0, 0]).match(/h0/g)).toHaveLength(2);
  });

  it("paints a place grey where most of its values are missing", () => {
    expect(drawn([1, 1, 1], [1, 1, 1], [Number.NaN, Number.NaN, 1])).toContain(light.missing);
  });

  it("paints dots without a colour neutral", () => {
    expect(drawn([1], [1])).toContain(light.neutral);
  });

  it("moves from dot to dot, so that each lies where it should", () => {
    const x = Array.from({ length: 50 }, (_, i) => 10 + 3 * i);
    const y = x.map((_, i) => (i % 7) - 3);
    const places = new Set<string>();
    for (const [, d] of drawn(
      x,
      y,
      x.map(() => 0.2),
    ).matchAll(/ d="([^"]*)"/g)) {
      let [column, row] = [0, 0];
      for (const [, dx, dy] of d!.matchAll(/m(-?\d+) ?(-?\d+)h0/g)) {
        column += Number(dx);
        row += Number(dy);
        places.add(`${column / 2},${row / 2}`);
      }
    }
    expect(places).toEqual(new Set(x.map((_, i) => `${x[i]},${y[i]}`)));
  });
});
