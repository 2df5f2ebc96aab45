import { printableLine } from "../terminal/printable.js";
import type { Style } from "../terminal/style.js";
import { countFindings, type Finding, type Level } from "./finding.js";

/** The findings about one subject: the Blueprint, the repository, ... */
export interface Section {
  name: string;
  findings: Finding[];
  /** Why nothing was looked at, when so. */
  skipped?: string;
}

const signs: Record<Level, string> = { pass: "✓", warning: "!", failure: "✗" };
const colours = { pass: "green", warning: "yellow", failure: "red" } as const;

/**
 * The findings for people, on about one screen: a line for each subject, below it what needs attention, with
 * why and the line that mends it.
 *
 * @param showPasses lists what was found in order, too
 */
export function renderSections(sections: readonly Section[], style: Style, showPasses = false): string[] {
  const lines: string[] = [];
  for (const { name, findings, skipped } of sections) {
    lines.push(
      `${style("bold", name)}  ${skipped ? style("dim", printableLine(skipped)) : summary(findings, style)}`,
    );
    for (const finding of findings) {
      if (finding.level === "pass" && !showPasses) continue;
      lines.push(...renderFinding(finding, style));
    }
  }
  return lines;
}

function renderFinding({ level, title, why, fix, file, place }: Finding, style: Style): string[] {
  const where = file && place ? `  ${printableLine(file)}:${place.line}` : "";
  const lines = [`  ${style(colours[level], signs[level])} ${printableLine(title)}${style("dim", where)}`];
  if (why) lines.push(`    ${style("dim", printableLine(why))}`);
  if (fix) lines.push(`    ${style("cyan", `→ ${printableLine(fix)}`)}`);
  return lines;
}

/** `21 passed, 1 warning, 2 failures` */
export function summary(findings: readonly Finding[], style: Style): string {
  const { pass, warning, failure } = countFindings(findings);
  const parts = [];
  if (pass > 0) parts.push(style("green", `${pass} passed`));
  if (warning > 0) parts.push(style("yellow", `${warning} warning${warning === 1 ? "" : "s"}`));
  if (failure > 0) parts.push(style("red", `${failure} failure${failure === 1 ? "" : "s"}`));
  return parts.join(", ");
}
