import { isAbsolute, join, relative } from "node:path";
import { checkBlueprint } from "../checks/blueprint/check-blueprint.js";
import { checkBuild } from "../checks/build.js";
import { countFindings, type Finding } from "../checks/finding.js";
import { checkModels } from "../checks/models.js";
import { checkRender } from "../checks/render.js";
import { renderSections, type Section, summary } from "../checks/report.js";
import { checkRepository } from "../checks/repository.js";
import { checkRunningService } from "../checks/running-service.js";
import { DeployToolError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { serviceNamed } from "../render/workspace.js";
import type { CommandContext } from "../terminal/console.js";
import { findSubject } from "../verify/subject.js";
import { type LocalSystem, openLocalSystem, openSystem, type SystemOptions } from "./open-system.js";
import { readBlueprintFile } from "./read-blueprint-file.js";

export interface CheckOptions extends SystemOptions {
  /** Looks at this computer only. */
  local?: boolean;
  /** Runs `npm run build` and `npm test`, too. */
  build?: boolean;
  /** Warnings count as failures. */
  strict?: boolean;
  verbose?: boolean;
}

/** `shap-deploy check`: everything that can be known before a deploy. */
export async function check(options: CheckOptions, context: CommandContext): Promise<ExitCode> {
  const { console } = context;
  const sections = await lookAtAll(options, context);
  const findings = sections.flatMap((section) => section.findings);
  const counts = countFindings(findings);
  const ok = counts.failure === 0 && !(options.strict && counts.warning > 0);
  const code = ok ? exitCode.done : exitCode.checkFailed;
  for (const line of renderSections(sections, console.style, options.verbose)) console.say(line);
  console.say();
  const skipped = sections.flatMap(({ name, skipped: why }) => (why ? [{ name, why }] : []));
  const verdict = skipped.length > 0 ? "Nothing wrong in what was looked at." : "Ready to deploy.";
  console.say(
    `${ok ? console.style("green", verdict) : console.style("red", "Not ready to deploy.")} ${summary(findings, console.style)}`,
  );
  console.document({ command: "check", ok, exitCode: code, counts, findings, skipped });
  return code;
}

/** Blueprint, repository, models, Render, running service; what cannot be looked at is said to be left out. */
export async function lookAtAll(options: CheckOptions, context: CommandContext): Promise<Section[]> {
  const path = isAbsolute(options.file) ? options.file : join(context.folder, options.file);
  const text = await readBlueprintFile(path, options.file);
  const { findings, roles } = checkBlueprint(text, relative(context.folder, path) || options.file);
  const sections: Section[] = [{ name: "Blueprint", findings }];
  if (!roles?.web || !roles.worker) return sections;
  const local = await openLocalSystem(context, options).catch(asFinding("repository"));
  if (!("repository" in local)) {
    const isNone = local.id === "repository.no_repository" || local.id === "repository.no_commit";
    return [
      ...sections,
      isNone
        ? { name: "Repository", findings: [], skipped: `not looked at: ${local.title} ${local.fix ?? ""}` }
        : { name: "Repository", findings: [local] },
    ];
  }
  sections.push({ name: "Repository", findings: await checkRepository(local) });
  if (options.build) sections.push({ name: "Build", findings: await checkBuild(local, context) });
  sections.push({ name: "Models", findings: await checkModels(local) });
  return [...sections, ...(await lookAtRender(options, context, local))];
}

async function lookAtRender(
  options: CheckOptions,
  context: CommandContext,
  local: LocalSystem,
): Promise<Section[]> {
  const name = "Render";
  if (options.local) return [{ name, findings: [], skipped: "not looked at (--local)" }];
  if (!context.environment.RENDER_API_KEY) {
    return [{ name, findings: [], skipped: "not looked at: RENDER_API_KEY is not set" }];
  }
  const system = await openSystem(context, options).catch(asFinding("render"));
  if (!("api" in system)) return [{ name, findings: [system] }];
  const sections: Section[] = [{ name, findings: await checkRender(system) }];
  const services = await system.api.services(system.owner.id);
  const names = {
    ownerId: system.owner.id,
    webName: local.roles.web.service.name,
    workerName: local.roles.worker.service.name,
    keyValueName: undefined,
  };
  if (!serviceNamed(services, names.webName) || !serviceNamed(services, names.workerName)) {
    return [...sections, { name: "Service", findings: [], skipped: "nothing runs yet" }];
  }
  const { console, clock, environment, signal } = context;
  const { service } = await findSubject(
    system.api,
    clock,
    names,
    console.secrets,
    environment.SHAP_API_KEY,
    signal,
  );
  const running = await checkRunningService(system, service).catch(asFinding("service"));
  return [...sections, { name: "Service", findings: Array.isArray(running) ? running : [running] }];
}

/** What stopped a look is itself a finding; Render refusing the key ends the command as everywhere. */
function asFinding(prefix: string): (error: unknown) => Finding {
  return (error) => {
    if (!(error instanceof DeployToolError) || error.exitCode === exitCode.refused) throw error;
    return {
      id: `${prefix}.${error.code}`,
      level: prefix === "service" ? "warning" : "failure",
      title: error.message,
      why: prefix === "service" ? "the running version could not be looked at" : "a deploy could not begin",
      fix: error.fix,
    };
  };
}
