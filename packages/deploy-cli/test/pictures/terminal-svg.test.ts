import { steady } from "./steady.js";
import { TerminalScreen } from "./terminal-screen.js";
import { terminalSvg } from "./terminal-svg.js";

it("shows text in its colours, and escapes what would be markup", () => {
  const screen = new TerminalScreen();
  screen.write('\u001b[32m✓\u001b[39m a <b> & "c"\n\u001b[1mbold\u001b[22m\n');
  const svg = terminalSvg('x"><script>', screen.rows);
  expect(svg).toContain('<text x="16" y="48" textLength="8" class="green">✓</text>');
  expect(svg).toContain(" a &lt;b&gt; &amp; &quot;c&quot;</text>");
  expect(svg).toContain('class="bold">bold</text>');
  expect(svg).toContain("<title>x&quot;&gt;&lt;script&gt;</title>");
  expect(svg).not.toMatch(/<script|<image|href|url\(/);
});

it("follows the lines that are written again in place", () => {
  const screen = new TerminalScreen();
  screen.write("one\ntwo\n\u001b[1A\u001b[2Knew\n");
  expect(screen.text).toBe("one\nnew");
});

it("refuses what would break a terminal", () => {
  expect(() => new TerminalScreen().write("\u001b[2J")).toThrow(/sent "\\u001b\[2J"/);
  expect(() => new TerminalScreen().write("\u001b]0;title\u0007")).toThrow(/was sent/);
});

it.each([
  ["shap-web live since 2026-11-26T12:36:25.591Z", "shap-web live since 2026-01-02T12:00:00.000Z"],
  ["shap-worker-20261126123547 at 12:36:25 says", "shap-worker-20260102120000 at 12:00:00 says"],
  ["shap-worker-20260101000000 stays", "shap-worker-20260101000000 stays"],
  ["   1:05", "   0:07"],
  ["28800 values equal, within 1.3e-14", "28800 values equal, within 1.1e-14"],
  ["web itself: 116 MB of 475 MB", "web itself: 64 MB of 475 MB"],
])("%j is kept as %j", (text, kept) => {
  expect(steady(text)).toBe(kept);
});
