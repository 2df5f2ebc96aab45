/** A run of characters that look the same. */
export interface Span {
  text: string;
  /** Like `bold green`; empty for plain text. */
  style: string;
}

type Cell = { character: string; style: string };

const names: Record<number, string> = {
  1: "bold",
  2: "dim",
  31: "red",
  32: "green",
  33: "yellow",
  36: "cyan",
};
const isOffBy: Record<number, RegExp> = { 22: /bold|dim/, 39: /red|green|yellow|cyan/ };

/**
 * A terminal of what shap-deploy sends: text, newlines, colours, "up n lines" and "clear the line". Anything else is an
 * error: it would break a real terminal, or this picture of it.
 */
export class TerminalScreen {
  readonly isTTY = true;
  readonly #rows: Cell[][] = [[]];
  #row = 0;
  #styles: string[] = [];

  constructor(readonly columns = 100) {}

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the movements are what is read
    for (const [part, count, action] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|\n|[^\u001b\n]+|\u001b/g)) {
      if (part === "\n") this.#newLine();
      else if (action === "m") this.#style(Number(count));
      else if (action === "A") this.#row -= Number(count);
      else if (action === "K" && count === "2") this.#rows[this.#row] = [];
      else if (part.startsWith("\u001b")) throw new Error(`a terminal was sent ${JSON.stringify(part)}`);
      else this.#print(part);
    }
  }

  /** The screen row by row, blank rows at the end left out. */
  get rows(): Span[][] {
    const rows = this.#rows.map(spansOf);
    while (rows.at(-1)?.length === 0) rows.pop();
    return rows;
  }

  get text(): string {
    return this.rows.map((spans) => spans.map(({ text }) => text).join("")).join("\n");
  }

  #newLine(): void {
    this.#row += 1;
    this.#rows[this.#row] ??= [];
  }

  #style(code: number): void {
    const off = isOffBy[code];
    if (off) this.#styles = this.#styles.filter((name) => !off.test(name));
    else if (names[code]) this.#styles.push(names[code]);
    else throw new Error(`a terminal was sent the style ${code}`);
  }

  #print(text: string): void {
    const style = this.#styles.join(" ");
    for (const character of text) this.#rows[this.#row].push({ character, style });
  }
}

function spansOf(cells: readonly Cell[]): Span[] {
  const spans: Span[] = [];
  for (const { character, style } of cells) {
    const last = spans.at(-1);
    if (last?.style === style) last.text += character;
    else spans.push({ text: character, style });
  }
  return spans;
}
