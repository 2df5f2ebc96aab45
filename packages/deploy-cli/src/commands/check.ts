import { isAbsolute, join, relative } from "node:path";
import { checkBlueprint } from "../checks/blueprint/check-blueprint.js";
import { countFindings } from "../checks/finding.js";
import { renderSections, type Section, summary } from "../checks/report.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { CommandContext } from "../terminal/console.js";
import { readBlueprintFile } from "./read-blueprint-file.js";

export interface CheckOptions {
  /** The Blueprint, from the folder the command runs in. */
  file: string;
  /** Warnings count as failures. */
  strict?: boolean;
  verbose?: boolean;
}

/** `shap-deploy check`: everything that can be known before a deploy. */
export async function check(options: CheckOptions, { folder, console }: CommandContext): Promise<ExitCode> {
  const path = isAbsolute(options.file) ? options.file : join(folder, options.file);
  const text = await readBlueprintFile(path, options.file);
  const sections: Section[] = [
    { name: "Blueprint", findings: checkBlueprint(text, relative(folder, path) || options.file).findings },
  ];
  const findings = sections.flatMap((section) => section.findings);
  const counts = countFindings(findings);
  const ok = counts.failure === 0 && !(options.strict && counts.warning > 0);
  const code = ok ? exitCode.done : exitCode.checkFailed;
  for (const line of renderSections(sections, console.style, options.verbose)) console.say(line);
  console.say();
  console.say(
    ok
      ? `${console.style("green", "Ready to deploy.")} ${summary(findings, console.style)}`
      : `${console.style("red", "Not ready to deploy.")} ${summary(findings, console.style)}`,
  );
  console.document({ command: "check", ok, exitCode: code, counts, findings });
  return code;
}
