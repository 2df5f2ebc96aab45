/** What an element's attribute may be: a number is rounded to 1/100 px; undefined and false leave the attribute out. */
export type AttributeValue = string | number | undefined | false;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * One SVG element as text. Attribute values are escaped here; children are markup already (see `escapeText`).
 *
 * `element("g", { fill: "red" }, child)` → `<g fill="red">child</g>`
 */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  let start = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    start += ` ${key}="${typeof value === "number" ? coordinate(value) : escapeText(value)}"`;
  }
  const content = children.join("");
  return content === "" ? `${start}/>` : `${start}>${content}</${name}>`;
}

/** A group moved to (x, y). */
export function translated(x: number, y: number, ...children: readonly string[]): string {
  return element("g", { transform: `translate(${coordinate(x)},${coordinate(y)})` }, ...children);
}

/** A text element; `whole` is the tooltip that shows on hovering where the text had to be cut. */
export function textElement(attributes: Attributes, text: string, whole?: string): string {
  const tooltip = whole === undefined || whole === text ? "" : tooltipElement(whole);
  return element("text", attributes, tooltip, escapeText(text));
}

/** What browsers show on hovering over the parent element. */
export function tooltipElement(text: string): string {
  return element("title", {}, escapeText(text));
}

/** A number of at most two decimals, in the fewest characters: `-0.5` → `-.5`. */
export function coordinate(value: number): string {
  const text = String(Math.round(value * 100) / 100);
  if (text.startsWith("0.")) return text.slice(1);
  return text.startsWith("-0.") ? `-${text.slice(2)}` : text === "-0" ? "0" : text;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\n": " ",
  "\t": " ",
  "\r": " ",
};

/** What XML 1.0 does not let stand in a document even escaped: control characters, half surrogate pairs, U+FFFE, U+FFFF. */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Text that is safe inside elements and attributes; line breaks become blanks, forbidden characters U+FFFD. */
export function escapeText(text: string): string {
  return text.replace(forbidden, "\uFFFD").replace(/[&<>"'\n\t\r]/g, (character) => escapes[character]!);
}
