import { ShapeError } from "../../src/errors.js";
import { roundsToRead } from "../../src/formats/rounds.js";

describe("roundsToRead", () => {
  it("takes the best round by default, all where asked for, or a number", () => {
    expect(roundsToRead({}, 10, 4)).toBe(4);
    expect(roundsToRead({}, 10)).toBe(10);
    expect(roundsToRead({ iterations: "best" }, 3, 4)).toBe(3);
    expect(roundsToRead({ iterations: "all" }, 10, 4)).toBe(10);
    expect(roundsToRead({ iterations: 7 }, 10, 4)).toBe(7);
  });

  it.each([0, -1, 1.5, 11, Number.NaN])("refuses %d of 10 rounds", (iterations) => {
    expect(() => roundsToRead({ iterations }, 10)).toThrow(ShapeError);
  });
});
