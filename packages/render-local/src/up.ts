import type { UpFlags } from "./command.js";
import { RenderLocalError } from "./errors.js";
import type { RenderLocal } from "./render-local.js";
import { startRenderLocal } from "./start-render-local.js";
import { Screen } from "./terminal/screen.js";

/** Runs a Blueprint until Ctrl-C, SIGTERM or the end of the terminal. */
export async function up(blueprint: string, flags: UpFlags): Promise<void> {
  const stop = new StopSignals();
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
    void tellWhenLive(local, screen);
    await stop.received;
    screen.say("Stopping: everything gets its signal now (Ctrl-C again ends it at once).");
  } finally {
    await local.stop();
    screen.stop();
    stop.close();
  }
}

/** Says once how the first sync and its deploys ended; what comes after that is told by the log. */
async function tellWhenLive(local: RenderLocal, screen: Screen): Promise<void> {
  try {
    await local.whenLive();
    screen.say(liveNotice(local));
  } catch (error) {
    // Deploys that end because everything is being stopped are no news.
    if (!local.isStopping) screen.say(error instanceof RenderLocalError ? error.message : String(error));
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** npx passes Ctrl-C on although the terminal has sent it already: what comes at once is the same Ctrl-C. */
const sameSignalMilliseconds = 1000;

/** The first signal asks for an orderly stop, a later one leaves at once; the processes go with it. */
class StopSignals {
  readonly received: Promise<void>;
  #receivedAt: number | undefined;
  #resolve: () => void = () => {};
  readonly #onSignal = (): void => {
    const now = Date.now();
    if (this.#receivedAt !== undefined && now - this.#receivedAt > sameSignalMilliseconds) process.exit(130);
    this.#receivedAt ??= now;
    this.#resolve();
  };

  constructor() {
    this.received = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  close(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
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
