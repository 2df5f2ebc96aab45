import { Console } from "../../src/terminal/console.js";
import { elapsed, LiveLines } from "../../src/terminal/live-lines.js";
import { plain } from "../../src/terminal/style.js";

/** A terminal of the few movements that live lines use: up, clear the line, newline. */
class Screen {
  readonly isTTY = true;
  columns = 40;
  readonly rows: string[] = [""];
  #row = 0;

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the movements are what is read
    for (const [part] of text.matchAll(/\u001b\[\d*[A-Z]|\n|[^\u001b\n]+/g)) {
      if (part === "\n") {
        this.#row += 1;
        this.rows[this.#row] ??= "";
      } else if (part.endsWith("A") && part.startsWith("\u001b")) this.#row -= Number(part.slice(2, -1));
      else if (part === "\u001b[2K") this.rows[this.#row] = "";
      else this.rows[this.#row] += part;
    }
  }

  get text(): string {
    return this.rows.join("\n").trimEnd();
  }
}

let now = 0;
const live = (screen: Screen) => new LiveLines(screen, plain, () => now);

it("keeps one line for each service, and prints above them", () => {
  const screen = new Screen();
  const lines = live(screen);
  lines.set("shap-web", "building");
  now = 65_000;
  lines.set("shap-worker", "building");
  lines.print("✓ push");
  lines.set("shap-web", "live");
  expect(screen.text).toBe("✓ push\n⠋ shap-web      1:05  live\n⠋ shap-worker   0:00  building");
  lines.clear();
  expect(screen.text).toBe("✓ push");
});

it("cuts a line that is wider than the terminal, so that it stays one line", () => {
  const screen = new Screen();
  const lines = live(screen);
  lines.set("web", "a very long state that would not fit into forty columns");
  for (const row of screen.rows) expect(row.length).toBeLessThan(screen.columns);
  lines.clear();
  expect(screen.text).toBe("");
});

it("on a terminal what is going on is one changing line; elsewhere a line at each change", () => {
  const screen = new Screen();
  const terminal = new Console(screen, screen, { environment: { NO_COLOR: "1" } });
  terminal.secrets.add("rnd_secret");
  terminal.doing("shap-web", "building with rnd_secret\u001b[2J");
  expect(screen.text).toMatch(/^⠋ shap-web +0:00 {2}building with \[hid/);
  terminal.settle();
  expect(screen.text).toBe("");

  const written: string[] = [];
  const pipe = { write: (text: string) => void written.push(text) };
  const plainConsole = new Console(pipe, pipe, { environment: {} });
  for (const state of ["building", "building", "live"]) plainConsole.doing("shap-web", state);
  expect(written).toEqual(["  shap-web: building\n", "  shap-web: live\n"]);
});

it.each([
  [0, "0:00"],
  [59_999, "0:59"],
  [3_661_000, "61:01"],
])("%i ms are %s", (milliseconds, text) => {
  expect(elapsed(milliseconds)).toBe(text);
});
