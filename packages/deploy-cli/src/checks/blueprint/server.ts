import { isStarter, planMemoryMegabytes } from "../../blueprint/plans.js";
import type { Placed } from "../../blueprint/roles.js";
import type { ServerService } from "../../blueprint/schema.js";
import { parseWorkerName } from "../../blueprint/stamp.js";
import type { Findings } from "../finding.js";
import type { BlueprintSubject } from "./check-blueprint.js";

// A chunk of rows is explained in seconds; the delay is what a worker has to finish one and give the rest back.
const shortestShutdownDelay = 30;

/** Plan, commands, health check, deploy trigger and shutdown of web or worker, and the worker's name. */
export function checkServer({ findings }: BlueprintSubject, placed: Placed<ServerService>): void {
  const { service, index } = placed;
  checkPlan(findings, placed);
  checkCommands(findings, placed);
  if (service.type === "web") checkHealthPath(findings, service.name, service.healthCheckPath, index);
  else checkWorkerName(findings, service.name, index);
  checkTrigger(findings, placed);
  checkShutdown(findings, placed);
  checkInstances(findings, placed);
  checkDeclared(findings, placed);
}

function checkPlan(findings: Findings, { service, index }: Placed<ServerService>): void {
  const { plan = "starter", name, type } = service;
  const id = `${type}.plan`;
  const at = ["services", index, "plan"];
  const memory = planMemoryMegabytes(plan);
  if (isStarter(plan)) findings.pass(id, `${name} is on ${plan} (512 MB)`);
  else if (plan === "free") {
    findings.failure(id, {
      title: `${name} is on the free plan`,
      why:
        type === "worker"
          ? "Render has no free workers: it would never be made"
          : "a free service sleeps, and its API refuses settings of this file",
      fix: "plan: starter",
      at,
    });
  } else if (memory === undefined) {
    findings.failure(id, {
      title: `${name} is on ${plan}, a plan this tool does not know`,
      why: "its memory cannot be compared with the service's settings",
      fix: "plan: starter",
      at,
    });
  } else {
    findings.warning(id, {
      title: `${name} is on ${plan} (${memory} MB)`,
      why: "this system is made for starter's 512 MB; a larger plan costs more than it needs",
      fix: "plan: starter",
      at,
    });
  }
}

function checkCommands(findings: Findings, { service, index }: Placed<ServerService>): void {
  const { name, type, runtime, buildCommand = "", startCommand = "" } = service;
  const at = (field: string) => ["services", index, field];
  if (runtime !== "node") {
    findings.failure(`${type}.runtime`, {
      title: `${name} has ${runtime ? `runtime ${runtime}` : "no runtime"}`,
      why: "the service is a Node program",
      fix: "runtime: node",
      at: at("runtime"),
    });
  }
  const main = `packages/${type}/dist/main.js`;
  if (startCommand.trim() === "") {
    findings.failure(`${type}.start`, {
      title: `${name} has no startCommand`,
      why: "Render would not know what to run",
      fix: `startCommand: node ${main}`,
      at: ["services", index],
    });
  } else if (!startCommand.includes(main) && !/\bnpm (run |start)/.test(startCommand)) {
    findings.warning(`${type}.start`, {
      title: `${name} starts with ${startCommand}`,
      why: `this system's ${type} is ${main}`,
      fix: `startCommand: node ${main}`,
      at: at("startCommand"),
    });
  } else {
    findings.pass(`${type}.start`, `${name} starts ${main}`);
  }
  if (buildCommand.trim() === "") {
    findings.failure(`${type}.build`, {
      title: `${name} has no buildCommand`,
      why: "what it starts is made by the build",
      fix: "buildCommand: npm ci --include=dev && npm run build",
      at: ["services", index],
    });
  } else if (/\bnpm (ci|install|i)\b/.test(buildCommand) && !/--include[= ]dev/.test(buildCommand)) {
    findings.warning(`${type}.build`, {
      title: `${name} installs without --include=dev`,
      why: "with NODE_ENV=production npm leaves out the compiler, and the build fails",
      fix: "buildCommand: npm ci --include=dev && npm run build",
      at: at("buildCommand"),
    });
  }
}

function checkHealthPath(findings: Findings, name: string, path: string | undefined, index: number): void {
  if (path === "/health") {
    findings.pass("web.health-check", `${name} is checked at /health`);
  } else if (path === undefined || path === "") {
    findings.failure("web.health-check", {
      title: `${name} has no healthCheckPath`,
      why: "Render would call a deploy live that cannot answer",
      fix: "healthCheckPath: /health",
      at: ["services", index],
    });
  } else {
    findings.warning("web.health-check", {
      title: `${name} is checked at ${path}`,
      why: "readiness (Redis, models, memory) is answered at /health",
      fix: "healthCheckPath: /health",
      at: ["services", index, "healthCheckPath"],
    });
  }
}

function checkWorkerName(findings: Findings, name: string, index: number): void {
  const parsed = parseWorkerName(name);
  if (parsed?.stampForm === "YYYYMMDDHHmmss") {
    findings.pass("worker.name", `${name} carries its stamp`);
    return;
  }
  const base = parsed?.base ?? "shap";
  findings.warning("worker.name", {
    title:
      parsed?.stampForm === "MMDDYYYY"
        ? `${name} has a stamp of the old form, MMDDYYYY`
        : parsed
          ? `${name} has no stamp`
          : `${name} is not named <base>-worker-<stamp>`,
    why: "each deploy gives the worker service a name of its own, so that old and new can never meet",
    fix: parsed ? "shap-deploy deploy writes the new one" : `name: ${base}-worker-20260101000000`,
    at: ["services", index, "name"],
  });
}

function checkTrigger(findings: Findings, { service, index }: Placed<ServerService>): void {
  const { name, type, autoDeployTrigger, autoDeploy } = service;
  const off = autoDeployTrigger === "off" || (autoDeployTrigger === undefined && autoDeploy === false);
  if (off) {
    findings.failure(`${type}.trigger`, {
      title: `${name} does not deploy on a push`,
      why: "a deploy waits until every service runs the pushed commit, and this one never would",
      fix: "autoDeployTrigger: commit",
      at: ["services", index, autoDeployTrigger === undefined ? "autoDeploy" : "autoDeployTrigger"],
    });
  } else if (autoDeploy !== undefined) {
    findings.warning(`${type}.trigger`, {
      title: `${name} uses autoDeploy`,
      why: "autoDeployTrigger took its place",
      fix: "autoDeployTrigger: commit",
      at: ["services", index, "autoDeploy"],
    });
  }
}

function checkShutdown(findings: Findings, { service, index }: Placed<ServerService>): void {
  const { name, type, maxShutdownDelaySeconds: delay = 30, disk } = service;
  if (delay < shortestShutdownDelay) {
    findings.warning(`${type}.shutdown`, {
      title: `${name} has ${delay} s to stop`,
      why:
        type === "worker"
          ? "a chunk in work may be killed and done again"
          : "a streamed result may be cut off",
      fix: "maxShutdownDelaySeconds: 60",
      at: ["services", index, "maxShutdownDelaySeconds"],
    });
  }
  if (disk !== undefined) {
    findings.warning(`${type}.disk`, {
      title: `${name} has a disk`,
      why: "with a disk there are no deploys without downtime; this system keeps nothing on disk",
      fix: "take the disk out",
      at: ["services", index, "disk"],
    });
  }
}

function checkInstances(findings: Findings, { service, index }: Placed<ServerService>): void {
  if (service.scaling === undefined || service.numInstances === undefined) return;
  findings.warning(`${service.type}.instances`, {
    title: `${service.name} has both scaling and numInstances`,
    why: "Render ignores numInstances while scaling is on",
    fix: "keep one of them",
    at: ["services", index, "numInstances"],
  });
}

/** What a Blueprint leaves open keeps what the dashboard last said, and a first sync may reset it. */
function checkDeclared(findings: Findings, { service, index }: Placed<ServerService>): void {
  const wanted: [keyof ServerService, string][] = [
    ["plan", "plan: starter"],
    ["autoDeployTrigger", "autoDeployTrigger: commit"],
    ["maxShutdownDelaySeconds", "maxShutdownDelaySeconds: 60"],
    ["buildFilter", "buildFilter: { paths: [], ignoredPaths: [docs/**] }"],
  ];
  if (service.scaling === undefined) wanted.push(["numInstances", "numInstances: 1"]);
  const missing = wanted.filter(([field]) => service[field] === undefined);
  if (missing.length === 0) {
    findings.pass(`${service.type}.declared`, `${service.name} declares every setting`);
    return;
  }
  findings.warning(`${service.type}.declared`, {
    title: `${service.name} leaves open: ${missing.map(([field]) => field).join(", ")}`,
    why: "what the file does not say keeps what the dashboard last said, or is reset by the first sync",
    fix: missing.map(([, line]) => line).join("; "),
    at: ["services", index],
  });
}
