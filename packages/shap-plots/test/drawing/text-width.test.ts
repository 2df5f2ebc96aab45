import { assert as check, integer, property, string } from "fast-check";
import { cutToWidth, textWidth } from "../../src/drawing/text-width.js";

describe("textWidth", () => {
  it("adds Helvetica's advance widths", () => {
    expect(textWidth("iW", 10)).toBeCloseTo(2.22 + 9.44);
    expect(textWidth("0123456789", 10)).toBeCloseTo(55.6);
  });

  it("takes an emoji of several code points for one character", () => {
    expect(textWidth("👩‍👩‍👧", 10)).toBe(textWidth("🏠", 10));
  });

  it("counts a letter with its accent once", () => {
    expect(textWidth("e\u0301", 10)).toBeLessThan(7);
  });
});

describe("cutToWidth", () => {
  it("keeps what fits", () => expect(cutToWidth("credit_score", 200, 12)).toBe("credit_score"));

  it("keeps the beginning and the end of what does not", () => {
    const cut = cutToWidth("mean_of_the_monthly_balance_12m", 120, 12);
    expect(cut).toMatch(/^mean_of.*….*12m$/);
  });

  it("never splits a character", () => {
    expect(cutToWidth("👩‍👩‍👧".repeat(10), 60, 12)).toMatch(/^(👩‍👩‍👧)*…(👩‍👩‍👧)*$/u);
  });

  it("turns line breaks into blanks", () => expect(cutToWidth(" a\n\tb ", 100, 12)).toBe("a b"));

  it("is never wider than asked for, unless nothing but the ellipsis is left", () => {
    check(
      property(string({ unit: "grapheme" }), integer({ min: 12, max: 200 }), (text, width) => {
        const cut = cutToWidth(text, width, 12);
        expect(cut === "…" || textWidth(cut, 12) <= width).toBe(true);
      }),
    );
  });
});
