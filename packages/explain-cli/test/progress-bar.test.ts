import { ProgressBar } from "../src/progress-bar.js";

function terminal() {
  const written: string[] = [];
  return {
    written,
    isTTY: true as const,
    write: (text: string | Uint8Array) => written.push(String(text)) > 0,
  };
}

describe("ProgressBar", () => {
  it("shows how far it is and how fast, and writes over itself", () => {
    const stream = terminal();
    let now = 1000;
    const bar = new ProgressBar(stream, true, () => now);
    now = 3000;
    bar.update(5000, 0.5);
    bar.update(5001, 0.51); // too soon
    now = 5000;
    bar.update(10_000, undefined);
    bar.done(12_000);
    expect(stream.written.map((text) => text.replace("\r\u001b[2K", ""))).toEqual([
      `${"█".repeat(15)}${"░".repeat(15)} 50 % · 5,000 rows, 2,500/s`,
      "10,000 rows, 2,500/s",
      `${"█".repeat(30)} 100 % · 12,000 rows, 3,000/s\n`,
    ]);
  });

  it("is silent where there is no terminal", () => {
    const stream = { ...terminal(), isTTY: false };
    const bar = new ProgressBar(stream);
    bar.update(1, 0.5);
    bar.clear();
    bar.done(2);
    expect(stream.written).toEqual([]);
  });
});
