import fc from "fast-check";
import { printable, printableJson, printableLine } from "../../src/terminal/printable.js";

it("shows what would steer the terminal instead of sending it", () => {
  expect(printable("\u001b[2Jgone\u0007\u202egnp.exe")).toBe("\\x1b[2Jgone\\x07\\u202egnp.exe");
  expect(printableLine("feature\n\u001b]0;title\u0007")).toBe("feature \\x1b]0;title\\x07");
});

it("lets no control character through, whatever comes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const character of printableLine(text)) {
        const code = character.codePointAt(0) ?? 0;
        expect(code < 0x20 || (code >= 0x7f && code < 0xa0)).toBe(false);
      }
    }),
  );
});

it("JSON keeps its value, and sends no control character either", () => {
  const value = { name: "\u001b[2J\u009b2J\u202egnp.exe\n" };
  expect(printableJson(value)).toBe(String.raw`{"name":"\u001b[2J\u009b2J\u202egnp.exe\n"}`);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(JSON.parse(printableJson(text))).toBe(text);
      expect(printableJson(text)).toBe(printable(printableJson(text)));
    }),
  );
});
