import type { Clock } from "../clock.js";
import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import type { RenderApi } from "../render/render-api.js";
import type { RenderSync } from "../render/schemas.js";
import { printableLine } from "../terminal/printable.js";
import type { Progress } from "./progress.js";

const pollMilliseconds = 5000;
/** A sync usually appears within seconds of the push; after this its absence is explained. */
const explainAfterMilliseconds = 60_000;

export interface SyncWait {
  api: RenderApi;
  clock: Clock;
  progress: Progress;
  ownerId: string;
  blueprintId: string;
  branch: string;
  commit: string;
  /** The Blueprint's text, to ask for the reason of a failed sync: the syncs themselves do not tell it. */
  text: string;
  /** Whether render.yaml is the same in that commit: then Render has nothing to sync. */
  isSameIn: (commit: string) => Promise<boolean>;
  /** Milliseconds until it counts as not coming. */
  timeout: number;
}

/**
 * Waits until Render has brought the workspace up to the commit's Blueprint.
 *
 * @returns the sync of the commit, or the earlier one that took in the very same render.yaml
 */
export async function waitForSync(wait: SyncWait): Promise<RenderSync> {
  const { api, clock, progress, commit } = wait;
  const deadline = clock.deadline(wait.timeout);
  const explainAt = clock.deadline(explainAfterMilliseconds);
  let isExplained = false;
  for (;;) {
    const syncs = await api.syncs(wait.blueprintId);
    const sync = syncs.find((other) => other.commit?.id === commit);
    if (sync?.state === "success") return sync;
    if (sync?.state === "error") throw await syncFailed(wait);
    progress.service("Blueprint", sync ? `sync ${sync.state}` : "waiting for the sync of the commit");
    const now = clock.now();
    if (!sync && !isExplained && now >= explainAt) {
      isExplained = true;
      // Whether a push that leaves render.yaml as it is makes a sync is not documented.
      const last = syncs.find(({ state }) => state === "success");
      if (last?.commit?.id && (await wait.isSameIn(last.commit.id))) return last;
      progress.warn(await whyNoSync(wait));
    }
    if (now >= deadline) {
      throw new DeployToolError(
        sync
          ? `The Blueprint's sync of ${commit.slice(0, 7)} did not end in time (${sync.state}).`
          : `Render did not sync the Blueprint to ${commit.slice(0, 7)}: ${await whyNoSync(wait)}`,
        {
          code: "sync_timeout",
          exitCode: exitCode.timedOut,
          fix: "press Manual Sync at https://dashboard.render.com/blueprints, then run shap-deploy deploy again: it goes on from here",
        },
      );
    }
    await clock.wait(pollMilliseconds * (0.9 + Math.random() / 5));
  }
}

/** Why no sync of the commit is to be seen. */
async function whyNoSync({ api, blueprintId, branch }: SyncWait): Promise<string> {
  const blueprint = await api.blueprint(blueprintId);
  if (!blueprint.autoSync) return "the Blueprint's auto-sync is off";
  if (blueprint.branch !== undefined && blueprint.branch !== branch) {
    return `the Blueprint follows the branch ${printableLine(blueprint.branch)}, and ${printableLine(branch)} was pushed`;
  }
  if (blueprint.status === "paused") return "the Blueprint is paused";
  if (blueprint.status === "syncing") return "Render is still busy with an earlier sync";
  return "Render has not noticed the push yet; is the repository's connection to Render in order?";
}

async function syncFailed({ api, ownerId, text, commit }: SyncWait): Promise<DeployToolError> {
  const validation = await api.validateBlueprint(ownerId, text).catch(() => undefined);
  const errors = (validation?.errors ?? []).map(
    ({ error, path, line }) =>
      `${path ? `${printableLine(path)}: ` : ""}${printableLine(error)}${line ? ` (line ${line})` : ""}`,
  );
  return new DeployToolError(`Render could not sync the Blueprint of ${commit.slice(0, 7)}.`, {
    code: "sync_failed",
    exitCode: exitCode.deployFailed,
    lines: errors.length > 0 ? errors : ["Render's API does not tell the reason; the dashboard does."],
    fix: "see https://dashboard.render.com/blueprints, mend render.yaml, commit, and run shap-deploy deploy again",
    details: { commit, errors },
  });
}
