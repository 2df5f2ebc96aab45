import { newId } from "../ids.js";
import { RunningProcess } from "../process/running-process.js";
import type { FailureReason } from "../workspace/events.js";
import { BuildError } from "./builds.js";
import type { Artifact, Deploy } from "./deploy.js";
import { instanceEnvironment } from "./environment.js";
import { InstanceFailure } from "./instance-failure.js";
import type { Release } from "./release.js";
import type { Service } from "./service.js";

/** Seconds of Render's time. */
const timeouts = { build: 7200, preDeploy: 1800 };

/** The `status` numbers of Render's events. */
const endStatus = { succeeded: 2, failed: 3, canceled: 4 } as const;

/** Build, pre-deploy command, start of the new instances, end of the old. Never throws: the deploy tells the end. */
export async function runDeploy(service: Service, deploy: Deploy): Promise<void> {
  const { events } = service.platform;
  const trigger = describeTrigger(service, deploy);
  events.record(service.id, "deploy_started", { deployId: deploy.id, trigger });
  try {
    supersedeOnDemand(service, deploy);
    deploy.signal.throwIfAborted();
    // A build of long ago may not be kept any more: then it is made again.
    const kept =
      deploy.artifact && service.platform.builds.has(deploy.artifact) ? deploy.artifact : undefined;
    const artifact = kept ?? (await build(service, deploy, trigger));
    deploy.artifact = artifact;
    const release = service.releaseOf(deploy, artifact);
    if (service.settings.preDeployCommand !== "") await preDeploy(service, deploy, release);
    await update(service, deploy, release);
  } catch (error) {
    if (!deploy.signal.aborted) failUnexpectedly(service, deploy, error);
  }
  const deployStatus =
    deploy.status === "live" ? "succeeded" : deploy.status === "canceled" ? "canceled" : "failed";
  service.log(deployStatus === "succeeded" ? "==> Your service is live 🎉" : `==> Deploy ${deployStatus}`);
  events.record(service.id, "deploy_ended", {
    deployId: deploy.id,
    deployStatus,
    status: endStatus[deployStatus],
    reason: deploy.failure ? { failure: deploy.failure } : {},
  });
}

async function build(service: Service, deploy: Deploy, trigger: object): Promise<Artifact> {
  const { events, builds, faults, logs, clock } = service.platform;
  const buildId = newId("bld");
  const log = (message: string): void =>
    logs.write(message, { resource: service.id, type: "build", level: "info" });
  const ended = (buildStatus: keyof typeof endStatus, reason: object): void => {
    events.record(service.id, "build_ended", {
      buildId,
      buildStatus,
      status: endStatus[buildStatus],
      reason,
    });
  };
  deploy.moveTo("build_in_progress");
  events.record(service.id, "build_started", { buildId, trigger });
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), Math.max(clock.milliseconds(timeouts.build), 60_000));
  try {
    if (faults.take("build-fails", service.name)) throw new BuildError("the build was made to fail", 1);
    const artifact = await builds.build({
      commit: deploy.commit,
      rootDir: service.settings.rootDir,
      buildCommand: service.settings.buildCommand,
      env: service.buildEnvironment(deploy.commit.id),
      fresh: deploy.request.clearCache ?? false,
      signal: AbortSignal.any([deploy.signal, timeout.signal]),
      onLine: log,
    });
    ended("succeeded", {});
    return artifact;
  } catch (error) {
    if (deploy.signal.aborted) {
      ended("canceled", {});
      throw error;
    }
    const failure: FailureReason = timeout.signal.aborted
      ? { evicted: false, timedOutSeconds: timeouts.build, timedOutReason: "build" }
      : { evicted: false, nonZeroExit: error instanceof BuildError ? error.exitCode : 1 };
    log(`==> Build failed 😞 ${error instanceof Error ? error.message : String(error)}`);
    ended("failed", { failure });
    deploy.fail("build_failed", failure);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs in an instance of its own, before anything is replaced. */
async function preDeploy(service: Service, deploy: Deploy, release: Release): Promise<void> {
  const { events, clock, isolation } = service.platform;
  const ids = { deployId: deploy.id, deployCommandExecutionId: newId("dce") };
  deploy.moveTo("pre_deploy_in_progress");
  events.record(service.id, "pre_deploy_started", ids);
  const instance = { id: `${service.id}-predp`, port: undefined };
  service.log(`==> Running pre-deploy command '${service.settings.preDeployCommand}'`);
  const running = RunningProcess.start({
    command: service.settings.preDeployCommand,
    folder: release.artifact.folder,
    env: instanceEnvironment(release.environment, instance, release.variables),
    isolation,
    hostName: instance.id,
    onLine: (line) => service.log(line, instance.id),
  });
  const onAbort = (): void => void running.kill();
  deploy.signal.addEventListener("abort", onAbort, { once: true });
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      void running.kill();
    },
    Math.max(clock.milliseconds(timeouts.preDeploy), 30_000),
  );
  const { exitCode } = await running.ended;
  clearTimeout(timer);
  deploy.signal.removeEventListener("abort", onAbort);
  const failure: FailureReason | undefined = timedOut
    ? { evicted: false, timedOutSeconds: timeouts.preDeploy, timedOutReason: "pre-deploy" }
    : exitCode === 0
      ? undefined
      : { evicted: false, nonZeroExit: exitCode };
  const preDeployStatus = deploy.signal.aborted ? "canceled" : failure ? "failed" : "succeeded";
  events.record(service.id, "pre_deploy_ended", {
    ...ids,
    preDeployStatus,
    status: endStatus[preDeployStatus],
    reason: failure && preDeployStatus === "failed" ? { failure } : {},
  });
  deploy.signal.throwIfAborted();
  if (failure) {
    deploy.fail("pre_deploy_failed", failure);
    throw new Error("the pre-deploy command failed");
  }
}

async function update(service: Service, deploy: Deploy, release: Release): Promise<void> {
  deploy.moveTo("update_in_progress");
  service.log("==> Deploying...");
  const { faults } = service.platform;
  if (faults.take("deploy-stuck", service.name)) await untilAborted(deploy.signal);
  try {
    await service.fleet.roll(release, service.settings.numInstances, deploy.signal);
  } catch (error) {
    if (error instanceof InstanceFailure && !deploy.signal.aborted) {
      service.log(`==> ${error.message}`);
      deploy.fail("update_failed", error.reason);
    }
    throw error;
  }
  service.deploys.live?.moveTo("deactivated");
  deploy.moveTo("live");
}

/** Acts as a push that comes right after this deploy began. */
function supersedeOnDemand(service: Service, deploy: Deploy): void {
  if (!service.platform.faults.take("deploy-superseded", service.name)) return;
  service.deploys.request({ commit: deploy.commit, trigger: "new_commit" });
  deploy.cancel();
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function failUnexpectedly(service: Service, deploy: Deploy, error: unknown): void {
  if (deploy.isFinished) return;
  service.log(`==> ${error instanceof Error ? error.message : String(error)}`);
  const failure = { evicted: false, earlyExit: true };
  deploy.fail(deploy.status === "build_in_progress" ? "build_failed" : "update_failed", failure);
}

function describeTrigger(service: Service, deploy: Deploy): object {
  const { trigger, request } = deploy;
  return {
    firstBuild: service.deploys.all.at(-1) === deploy,
    envUpdated: false,
    manual: trigger === "api" || trigger === "manual",
    deployedByRender: trigger === "deployed_by_render",
    clearCache: request.clearCache ?? false,
    rollback: trigger === "rollback",
    ...(request.rollbackTarget ? { rollbackTargetDeployId: request.rollbackTarget } : {}),
    ...(trigger === "new_commit" || trigger === "blueprint_sync" ? { newCommit: deploy.commit.id } : {}),
  };
}
