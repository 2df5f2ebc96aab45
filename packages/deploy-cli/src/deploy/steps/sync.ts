import type { DeployRun } from "../deploy-run.js";
import { waitForSync } from "../wait-for-sync.js";

/** Waits for Render to take the Blueprint of the commit in. */
export async function sync(run: DeployRun): Promise<string> {
  const { api, clock, progress, settings, repository } = run.parts;
  const { file } = run.state;
  const commit = run.need("commit");
  const synced = await waitForSync({
    api,
    clock,
    progress,
    ownerId: run.need("ownerId"),
    blueprintId: run.need("blueprintId"),
    branch: run.state.branch,
    commit,
    text: await run.readBlueprint(),
    async isSameIn(other) {
      // Somebody else's commit may not be known here.
      const before = await repository.fileAt(other, file).catch(() => undefined);
      return before !== undefined && before === (await repository.fileAt(commit, file));
    },
    timeout: settings.timeout,
  });
  return synced.commit?.id === commit
    ? "Render has taken the Blueprint in"
    : `nothing to sync: ${file} is as Render took it in at ${synced.commit?.id?.slice(0, 7)}`;
}
