import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiServer } from "./api/api-server.js";
import { ConnectedBlueprint } from "./blueprint/connected-blueprint.js";
import { Clock } from "./clock.js";
import { RenderLocalError } from "./errors.js";
import { Faults } from "./faults.js";
import { GitRemote } from "./git/remote.js";
import { newId, randomText } from "./ids.js";
import type { RenderLocalOptions } from "./options.js";
import type { Platform } from "./platform.js";
import { CpuLimits } from "./process/cpu-limits.js";
import { requireNamespaces } from "./process/isolation.js";
import { RenderLocal } from "./render-local.js";
import { Builds } from "./service/builds.js";
import { EventLog } from "./workspace/events.js";
import { LogStore } from "./workspace/log-store.js";
import { Metrics } from "./workspace/metrics.js";
import { Workspace } from "./workspace/workspace.js";

/**
 * Starts Render on this computer: takes the repository's commit into a git remote of its own, serves the REST API,
 * and begins the first sync of the Blueprint. Resolves when the API answers; `whenLive()` of the handle waits for the
 * services.
 *
 * @throws RenderLocalError when the repository, a port or the isolation cannot be had; nothing is left running then
 */
export async function startRenderLocal(options: RenderLocalOptions = {}): Promise<RenderLocal> {
  const clock = new Clock(options.timeScale ?? 0.05);
  const isolation = options.isolation ?? "process";
  if (isolation === "namespaces") await requireNamespaces();
  const folder = await realpath(await mkdtemp(join(options.workFolder ?? tmpdir(), "render-local-")));
  const undo: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
  try {
    const repository = options.repo ?? process.cwd();
    const remote = await GitRemote.create(join(folder, "repository.git"), repository, options.branch);
    undo.push(() => remote.close());
    const cpuLimits = await CpuLimits.open(options.cpuLimits ?? true);
    undo.push(() => cpuLimits.close());
    const platform: Platform = {
      clock,
      isolation,
      remote,
      cpuLimits,
      events: new EventLog(clock),
      logs: new LogStore(),
      builds: new Builds(join(folder, "builds"), remote, options.shareBuilds ?? true),
      faults: new Faults(options.faults),
      overlapPolicy: options.overlapPolicy ?? "wait",
      user: { id: newId("usr"), name: "render-local", email: "user@render-local.test" },
      repoSlug: await remote.slug(repository),
    };
    const workspace = new Workspace(platform, options.dataFolder ?? join(folder, "data"), options.port ?? 0);
    undo.push(() => workspace.close());
    platform.events.on("event", ({ type }) => {
      if (type === "deploy_ended") void workspace.pruneBuilds();
    });
    const metrics = new Metrics(workspace, clock);
    metrics.start();
    undo.push(() => metrics.stop());
    const blueprint = new ConnectedBlueprint(workspace, {
      path: options.blueprint ?? "render.yaml",
      autoSync: options.autoSync ?? true,
      syncUnchanged: options.syncUnchanged ?? true,
      checks: options.checks ?? "pass",
      secrets: options.secrets ?? {},
      payment: options.payment ?? true,
    });
    undo.push(() => blueprint.close());
    const apiKey = options.apiKey ?? `rnd_${randomText(28)}`;
    const api = await ApiServer.open({
      workspace,
      metrics,
      apiKey,
      blueprint: () => blueprint,
      port: options.apiPort ?? 0,
      limited: options.rateLimits ?? true,
    }).catch((error) => {
      if (error.code !== "EADDRINUSE") throw error;
      throw new RenderLocalError(
        `Port ${options.apiPort} is taken; choose another one for the API with --api-port.`,
      );
    });
    undo.push(() => api.close());
    const head = await remote.head(remote.defaultBranch);
    if (head) blueprint.sync(head);
    return new RenderLocal({ workspace, blueprint, api, apiKey, undo });
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}
