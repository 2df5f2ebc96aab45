import { printableLine } from "../terminal/printable.js";
import type { Style } from "../terminal/style.js";

export type ProofState = "passed" | "failed" | "skipped";

/** One of the things that show from outside that what runs is right. */
export interface Proof {
  /** 1 to 6, as in docs/DEPLOYMENT-VERIFICATION-GUIDE.md. */
  number: number;
  title: string;
  state: ProofState;
  /** What failed, or why it was left out. */
  why?: string;
  /** What was seen, with figures. */
  facts: string[];
  seconds: number;
}

export interface VerificationReport {
  ok: boolean;
  startedAt: string;
  finishedAt: string;
  commit: string;
  url: string;
  web: string;
  worker: string;
  proofs: Proof[];
}

const signs: Record<ProofState, string> = { passed: "✓", failed: "✗", skipped: "–" };
const colours = { passed: "green", failed: "red", skipped: "dim" } as const;

/** A line a proof, and what failed below it. */
export function renderProofs(
  report: Pick<VerificationReport, "proofs">,
  style: Style,
  showFacts = false,
): string[] {
  const lines: string[] = [];
  for (const { number, title, state, why, facts, seconds } of report.proofs) {
    const head = `${style(colours[state], signs[state])} ${number}. ${printableLine(title)}`;
    lines.push(`${head}  ${style("dim", `${seconds.toFixed(1)} s`)}`);
    if (why) lines.push(`    ${printableLine(why)}`);
    if (showFacts || state === "failed")
      for (const fact of facts) lines.push(`    ${style("dim", printableLine(fact))}`);
  }
  return lines;
}

/** The report as a page to attach to a release. */
export function reportMarkdown(report: VerificationReport): string {
  const cell = (text: string) => printableLine(text).replace(/[\\|<>*_`[\]]/g, "\\$&");
  const lines = [
    `# Verification: ${report.ok ? "passed" : "FAILED"}`,
    "",
    `- commit \`${report.commit}\``,
    `- ${cell(report.url)}, ${cell(report.web)} and ${cell(report.worker)}`,
    `- ${report.startedAt} to ${report.finishedAt}`,
    "",
    "| | proof | result | seconds | figures |",
    "|---|---|---|---|---|",
  ];
  for (const { number, title, state, why, facts, seconds } of report.proofs) {
    const figures = [...(why ? [`**${cell(why)}**`] : []), ...facts.map(cell)].join("<br>");
    lines.push(`| ${number} | ${cell(title)} | ${state} | ${seconds.toFixed(1)} | ${figures} |`);
  }
  return `${lines.join("\n")}\n`;
}
