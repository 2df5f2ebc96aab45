import type { Span } from "./terminal-screen.js";

const cell = { width: 8, height: 18 };
const margin = 16;
const bar = 34;
const leastColumns = 80;

// One dark window on any page: its frame shows on a dark one, too.
const sheet = `
    text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e6edf3; white-space: pre; }
    .bold { font-weight: 700; }
    .dim { fill: #9198a1; }
    .red { fill: #ff7b72; }
    .green { fill: #56d364; }
    .yellow { fill: #e3b341; }
    .cyan { fill: #56d4dd; }
  `;

/**
 * A terminal's rows as a picture: an SVG with a window around them, no script, nothing from outside. Each run of
 * characters is held to its cells, so that columns stay columns in whatever monospace font there is.
 *
 * @param title told to people who do not see the picture
 */
export function terminalSvg(title: string, rows: readonly (readonly Span[])[]): string {
  const columns = Math.max(
    leastColumns,
    ...rows.map((spans) => spans.reduce((sum, { text }) => sum + columnsOf(text), 0)),
  );
  const width = columns * cell.width + 2 * margin;
  const height = bar + rows.length * cell.height + margin;
  const lines = rows.map((spans, row) => rowSvg(spans, bar + (row + 1) * cell.height - 4));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escaped(title)}</title>
  <style>${sheet}</style>
  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#57606a"/>
  <circle cx="20" cy="18" r="5" fill="#ff5f57"/><circle cx="38" cy="18" r="5" fill="#febc2e"/><circle cx="56" cy="18" r="5" fill="#28c840"/>
${lines.join("")}</svg>
`;
}

function rowSvg(spans: readonly Span[], y: number): string {
  let column = 0;
  const parts: string[] = [];
  for (const { text, style } of spans) {
    const width = columnsOf(text);
    const x = margin + column * cell.width;
    column += width;
    if (text.trim() === "") continue;
    const look = style === "" ? "" : ` class="${style}"`;
    parts.push(
      `  <text x="${x}" y="${y}" textLength="${width * cell.width}"${look}>${escaped(text)}</text>\n`,
    );
  }
  return parts.join("");
}

/** Emoji take two cells, everything else that is shown here one. */
function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) > 0xffff ? 2 : 1), 0);
}

function escaped(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML takes no control characters
  return text.replace(/[&<>"]/g, (sign) => names[sign]).replace(/[\u0000-\u001f\u007f]/g, "\ufffd");
}
