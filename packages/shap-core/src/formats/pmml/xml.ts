import { ModelFormatError } from "../../errors.js";

/** An element of a parsed XML file that knows its own path, so that every complaint can name the place. */
export class XmlElement {
  readonly children: XmlElement[] = [];
  /** The text inside, that of child elements left out. */
  text = "";

  constructor(
    readonly name: string,
    readonly attributes: ReadonlyMap<string, string>,
    readonly parent: XmlElement | undefined,
    private readonly format: string,
  ) {}

  /** Where it stands: `PMML/MiningModel/Segmentation/Segment[3]`, counted from 1 among elements of its name. */
  get path(): string {
    if (this.parent === undefined) return this.name;
    const alike = this.parent.children.filter((child) => child.name === this.name);
    const index = alike.length > 1 ? `[${alike.indexOf(this) + 1}]` : "";
    return `${this.parent.path}/${this.name}${index}`;
  }

  all(...names: string[]): XmlElement[] {
    return this.children.filter((child) => names.includes(child.name));
  }

  optional(...names: string[]): XmlElement | undefined {
    return this.children.find((child) => names.includes(child.name));
  }

  child(...names: string[]): XmlElement {
    return this.optional(...names) ?? this.fail(`expected the element ${names.join(" or ")}`);
  }

  attribute(name: string): string {
    return this.attributes.get(name) ?? this.fail(`expected the attribute ${name}`);
  }

  /** A finite number. */
  number(name: string): number {
    const value = this.optionalNumber(name);
    return value ?? this.fail(`expected the attribute ${name}`);
  }

  optionalNumber(name: string): number | undefined {
    const text = this.attributes.get(name);
    if (text === undefined) return undefined;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(value)
      ? value
      : this.fail(`expected a number in ${name}, found ${JSON.stringify(text.slice(0, 60))}`);
  }

  fail(expected: string): never {
    throw new ModelFormatError(this.format, this.path, expected);
  }
}

/** Elements inside of elements: deeper than any tree that is read (see TreeBuilder). */
const MAX_DEPTH = 5000;

const NAME = /[A-Za-z_][\w.:-]*/y;
const SPACE = /[ \t\r\n]*/y;
const REFERENCE = /&(#x[\dA-Fa-f]+|#\d+|[A-Za-z]+);|&/g;

const namedCharacters: Record<string, string> = { lt: "<", gt: ">", amp: "&", apos: "'", quot: '"' };

/**
 * Parses an XML file (https://www.w3.org/TR/xml) of elements, attributes, texts, CDATA sections, comments and
 * processing instructions, in UTF-8. Strict: what is not well-formed is refused, and so is a DOCTYPE, with which
 * entities could make a small file large. Prefixes of names are dropped.
 * @throws ModelFormatError with the line of the fault
 */
export function parseXml(text: string, format: string): XmlElement {
  return new XmlParser(text, format).parse();
}

class XmlParser {
  private position = 0;
  private root: XmlElement | undefined;
  private readonly open: { readonly element: XmlElement; readonly tag: string; readonly texts: string[] }[] =
    [];

  constructor(
    private readonly text: string,
    private readonly format: string,
  ) {}

  parse(): XmlElement {
    const { text } = this;
    const encoding = /^\s*<\?xml[^>]*encoding=["']([^"']*)["']/.exec(text)?.[1];
    if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding))
      this.fail(`expected the encoding UTF-8, found ${encoding}`);
    while (this.position < text.length) {
      if (text[this.position] !== "<") this.characters();
      else if (text.startsWith("<!--", this.position)) this.skipTo("-->", 4);
      else if (text.startsWith("<![CDATA[", this.position)) this.characterData();
      else if (text.startsWith("<!", this.position)) this.fail("expected no DOCTYPE");
      else if (text.startsWith("<?", this.position)) this.skipTo("?>", 2);
      else if (text.startsWith("</", this.position)) this.endTag();
      else this.startTag();
    }
    if (this.open.length > 0) this.fail(`expected </${this.open.at(-1)!.tag}>, found the end of the file`);
    return this.root ?? this.fail("expected an element");
  }

  private startTag(): void {
    this.position++;
    const tag = this.name();
    const attributes = new Map<string, string>();
    for (;;) {
      const before = this.position;
      this.skipSpace();
      if (this.take("/>")) {
        this.begin(tag, attributes, true);
        return;
      }
      if (this.take(">")) {
        this.begin(tag, attributes, false);
        return;
      }
      if (this.position === before) this.fail("expected a space, > or /> in a tag");
      this.attribute(attributes);
    }
  }

  private attribute(attributes: Map<string, string>): void {
    const name = this.name();
    this.skipSpace();
    if (!this.take("=")) this.fail(`expected = after the attribute ${name}`);
    this.skipSpace();
    const quote = this.text[this.position];
    if (quote !== '"' && quote !== "'") this.fail(`expected a quoted value of the attribute ${name}`);
    const end = this.text.indexOf(quote, this.position + 1);
    if (end < 0) this.fail(`expected ${quote} at the end of the attribute ${name}`);
    const raw = this.text.slice(this.position + 1, end);
    if (raw.includes("<")) this.fail(`expected no < in the attribute ${name}`);
    if (attributes.has(name)) this.fail(`expected the attribute ${name} once`);
    attributes.set(name, this.resolved(raw));
    this.position = end + 1;
  }

  private begin(tag: string, attributes: Map<string, string>, isEmpty: boolean): void {
    const parent = this.open.at(-1)?.element;
    if (parent === undefined && this.root !== undefined) this.fail("expected one root element");
    if (this.open.length >= MAX_DEPTH)
      this.fail(`expected at most ${MAX_DEPTH} elements inside of each other`);
    const element = new XmlElement(tag.slice(tag.indexOf(":") + 1), attributes, parent, this.format);
    if (parent === undefined) this.root = element;
    else parent.children.push(element);
    if (!isEmpty) this.open.push({ element, tag, texts: [] });
  }

  private endTag(): void {
    this.position += 2;
    const tag = this.name();
    this.skipSpace();
    const last = this.open.pop();
    if (!this.take(">") || last?.tag !== tag) this.fail(`expected </${last?.tag ?? ""}>, found </${tag}`);
    last!.element.text = last!.texts.join("");
  }

  private characters(): void {
    const next = this.text.indexOf("<", this.position);
    const end = next < 0 ? this.text.length : next;
    const raw = this.text.slice(this.position, end);
    const last = this.open.at(-1);
    if (last !== undefined) last.texts.push(this.resolved(raw));
    else if (raw.trim() !== "") this.fail("expected no text outside of the root element");
    this.position = end;
  }

  private characterData(): void {
    const from = this.position + 9;
    this.skipTo("]]>", 9);
    const last = this.open.at(-1) ?? this.fail("expected no CDATA outside of the root element");
    last.texts.push(this.text.slice(from, this.position - 3));
  }

  /** A text with its references resolved: the five names of XML and numbers of characters. */
  private resolved(raw: string): string {
    if (!raw.includes("&")) return raw;
    return raw.replace(REFERENCE, (reference, name: string | undefined) => {
      if (name?.startsWith("#")) {
        const code =
          name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
        if (code <= 0x10ffff && code !== 0) return String.fromCodePoint(code);
      } else if (name !== undefined && Object.hasOwn(namedCharacters, name)) return namedCharacters[name]!;
      return this.fail(`expected a character reference, found ${JSON.stringify(reference)}`);
    });
  }

  private name(): string {
    NAME.lastIndex = this.position;
    const found = NAME.exec(this.text)?.[0] ?? this.fail("expected a name");
    this.position += found.length;
    return found;
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.position;
    this.position += SPACE.exec(this.text)![0].length;
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false;
    this.position += token.length;
    return true;
  }

  private skipTo(token: string, from: number): void {
    const at = this.text.indexOf(token, this.position + from);
    if (at < 0) this.fail(`expected ${token}`);
    this.position = at + token.length;
  }

  private fail(expected: string): never {
    let line = 1;
    for (let i = this.text.indexOf("\n"); i >= 0 && i < this.position; i = this.text.indexOf("\n", i + 1))
      line++;
    throw new ModelFormatError(this.format, `line ${line}`, expected);
  }
}
