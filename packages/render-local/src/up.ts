import { once } from "node:events";
import type { UpFlags } from "./command.js";
import { RenderLocalError } from "./errors.js";
import type { RenderLocal } from "./render-local.js";
import { startRenderLocal } from "./start-render-local.js";
import { Screen } from "./terminal/screen.js";

/** Runs a Blueprint until Ctrl-C, SIGTERM or the end of the terminal. */
export async function up(blueprint: string, flags: UpFlags): Promise<void> {
  const stopped = untilToldToStop();
  const local = await startRenderLocal({
    ...flags,
    blueprint,
    overlapPolicy: flags.overlap,
    dataFolder: flags.data,
    secrets: flags.env,
    faults: flags.fault,
  });
  const screen = new Screen(local, { isLive: process.stdout.isTTY === true && !flags.plain });
  try {
    screen.start();
    screen.say(welcome(local, flags));
    void local.whenLive().then(
      () => screen.say(liveNotice(local)),
      (error) => screen.say(error instanceof RenderLocalError ? error.message : String(error)),
    );
    await stopped;
    screen.say("Stopping: everything gets its signal now (Ctrl-C again ends it at once).");
  } finally {
    // A second signal while stopping leaves at once; the processes go with it.
    for (const signal of stopSignals) process.once(signal, () => process.exit(130));
    await local.stop();
    screen.stop();
  }
}

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function untilToldToStop(): Promise<void> {
  await Promise.race(stopSignals.map((signal) => once(process, signal)));
}

function welcome(local: RenderLocal, flags: UpFlags): string {
  return [
    `Render runs on this computer: one second there lasts ${flags.timeScale} s here.`,
    `  RENDER_API_URL=${local.apiUrl}`,
    `  RENDER_API_KEY=${local.apiKey}`,
    `  RENDER_OWNER_ID=${local.owner.id}`,
    `  git push ${local.gitUrl} HEAD:${local.blueprint.branch}   deploys your commits (uncommitted changes do not run)`,
  ].join("\n");
}

function liveNotice(local: RenderLocal): string {
  const urls = local.services.flatMap(({ name, url }) => (url ? [`  ${name}: ${url}`] : []));
  return ["Everything is live.", ...urls].join("\n");
}
