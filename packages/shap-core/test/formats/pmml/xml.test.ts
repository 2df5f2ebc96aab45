import fc from "fast-check";
import { ModelFormatError } from "../../../src/errors.js";
import { parseXml } from "../../../src/formats/pmml/xml.js";

const parse = (text: string) => parseXml(text, "pmml");

describe("an XML file", () => {
  it("is elements with attributes, texts and children", () => {
    const root = parse(
      `<?xml version="1.0"?>\n<!-- a --><a x='1' y="2"><b/>t<b z="&lt;&#65;&#x42;&amp;"><c/></b></a>\n`,
    );
    expect(root.name).toBe("a");
    expect(Object.fromEntries(root.attributes)).toEqual({ x: "1", y: "2" });
    expect(root.text).toBe("t");
    expect(root.all("b").map((child) => child.path)).toEqual(["a/b[1]", "a/b[2]"]);
    expect(root.all("b")[1]!.attribute("z")).toBe("<AB&");
    expect(root.all("b")[1]!.child("c").path).toBe("a/b[2]/c");
  });

  it("may hold CDATA, references, comments and prefixes", () => {
    const root = parse("<p:a xmlns:p='u'>1 &gt; 0<!-- <no/> --><![CDATA[ <&]]></p:a>");
    expect(root.name).toBe("a");
    expect(root.text).toBe("1 > 0 <&");
  });

  it.each([
    ["nothing", ""],
    ["text alone", "hello"],
    ["an end tag of another name", "<a></b>"],
    ["no end tag", "<a>"],
    ["two roots", "<a/><b/>"],
    ["text outside", "<a/>x"],
    ["an attribute twice", "<a x='1' x='2'/>"],
    ["an attribute without quotes", "<a x=1/>"],
    ["< in an attribute", "<a x='<'/>"],
    ["attributes without a space between", "<a x='1'y='2'/>"],
    ["an unknown entity", "<a>&nbsp;</a>"],
    ["a lone &", "<a>a & b</a>"],
    ["a character that is none", "<a>&#x110000;</a>"],
    ["a DOCTYPE, with which entities could grow", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["another encoding than UTF-8", '<?xml version="1.0" encoding="UTF-16"?><a/>'],
    ["an open comment", "<a><!-- </a>"],
  ])("with %s is refused with the line", (_, text) => {
    expect(() => parse(text)).toThrow(ModelFormatError);
    expect(() => parse(`\n\n${text}`)).toThrow(/line \d/);
  });

  it("is refused where elements lie too deep, without a stack overflow", () => {
    expect(() => parse("<a>".repeat(100_000))).toThrow(/at most 5000 elements/);
  });

  it("of any text ends in an element or a ModelFormatError", () => {
    const token = fc.constantFrom(
      "<a",
      ">",
      "/>",
      "</a>",
      " x=",
      "'1'",
      "<!--",
      "-->",
      "&amp;",
      "&",
      "<",
      "t",
      "]]>",
      "<![CDATA[",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
        try {
          // Of these tokens only "<a", "<" and "t" make a name.
          expect(parse(tokens.join("")).name).toMatch(/^[at]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
