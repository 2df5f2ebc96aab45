import { assert as check, property, string } from "fast-check";
import { SaxesParser } from "saxes";
import { coordinate, element, escapeText, textElement } from "../../src/drawing/svg.js";

function parse(xml: string): { attributes: string[]; text: string } {
  const parser = new SaxesParser();
  const attributes: string[] = [];
  let text = "";
  parser.on("opentag", (tag) => attributes.push(...Object.values(tag.attributes).map(String)));
  parser.on("text", (part) => {
    text += part;
  });
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(xml).close();
  return { attributes, text };
}

describe("element", () => {
  it("rounds numbers and leaves out what is undefined or false", () => {
    expect(element("rect", { x: 1 / 3, y: -0.5, rx: undefined, ry: false, fill: "red" })).toBe(
      '<rect x=".33" y="-.5" fill="red"/>',
    );
  });

  it("puts children between its tags", () => {
    expect(element("g", {}, element("a", {}), element("b", {}))).toBe("<g><a/><b/></g>");
  });
});

describe("coordinate", () => {
  it.each([
    [0, "0"],
    [-0.001, "0"],
    [0.125, ".13"],
    [-0.25, "-.25"],
    [10, "10"],
    [-12.345, "-12.34"],
  ])("writes %d as %s", (value, text) => expect(coordinate(value)).toBe(text));
});

describe("escapeText", () => {
  it("makes any text safe in elements and attributes", () => {
    check(
      property(string({ unit: "binary" }), (text) => {
        const { attributes, text: content } = parse(element("t", { a: text }, escapeText(text)));
        const expected = text
          .replace(/[\n\t\r]/g, " ")
          .replace(/[^\P{Cc}\u0080-\u009f\u007f]|[\uFFFE\uFFFF]/gu, "\uFFFD");
        expect(attributes[0]).toBe(expected);
        expect(content).toBe(expected);
      }),
    );
  });

  it("replaces halves of surrogate pairs and keeps whole ones", () => {
    expect(escapeText("a\uD83Cb🏠c\uDFE0")).toBe("a\uFFFDb🏠c\uFFFD");
  });

  it("escapes what would end an attribute or begin an element", () => {
    expect(escapeText(`<a href="x">&'`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  });
});

describe("textElement", () => {
  it("has a tooltip only where its text was cut", () => {
    expect(textElement({}, "name", "name")).toBe("<text>name</text>");
    expect(textElement({}, "na…e", "name")).toBe("<text><title>name</title>na…e</text>");
  });
});
