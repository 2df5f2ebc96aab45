import { stopWorker } from "../deploy/stop-worker.js";
import { usageError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { CommandContext } from "../terminal/console.js";
import { openSystem, type SystemOptions } from "./open-system.js";
import { findOrphans, type Orphan } from "./orphans.js";
import { table } from "./table.js";
import { tellProgress } from "./tell-progress.js";

export interface PruneOptions extends SystemOptions {
  yes?: boolean;
  dryRun?: boolean;
}

/** `shap-deploy prune`: shows worker services that nobody needs, and deletes them after one confirmation. */
export async function prune(options: PruneOptions, context: CommandContext): Promise<ExitCode> {
  const { console, clock } = context;
  const system = await openSystem(context, options);
  const orphans = await findOrphans(system);
  if (orphans.length === 0) {
    console.say(`${console.style("green", "✓")} no worker service is left over`);
    console.document({ command: "prune", ok: true, exitCode: exitCode.done, orphans, deleted: [] });
    return exitCode.done;
  }
  const cells = orphans.map(({ name, ageDays, isSuspended, plan, monthlyDollars }) => [
    name,
    `${ageDays} days`,
    isSuspended ? "suspended" : "running",
    monthlyDollars === undefined ? (plan ?? "") : `about $${monthlyDollars} a month`,
  ]);
  for (const line of table(["left over", "age", "state", "cost"], cells, console.style)) console.say(line);
  const isWanted = !options.dryRun && (await confirmed(options, context, orphans));
  const deleted: string[] = [];
  if (isWanted) {
    const progress = tellProgress(console);
    for (const { id, name } of orphans) {
      await stopWorker({ api: system.api, clock, progress }, { id, name });
      await system.api.deleteService(id);
      progress.done(`${name} deleted`);
      deleted.push(name);
    }
  } else {
    console.say("Nothing was deleted.");
  }
  console.document({ command: "prune", ok: true, exitCode: exitCode.done, orphans, deleted });
  return exitCode.done;
}

async function confirmed(
  { yes }: PruneOptions,
  { ask }: CommandContext,
  orphans: readonly Orphan[],
): Promise<boolean> {
  if (yes) return true;
  if (!ask) {
    throw usageError(
      "Deleting needs a confirmation, and nobody sits here.",
      "no_confirmation",
      "shap-deploy prune --yes, or --dry-run to look only",
    );
  }
  const what = orphans.length === 1 ? "this service" : `these ${orphans.length} services`;
  return /^y/i.test((await ask(`Delete ${what} for good? [y/N] `)).trim());
}
