/** What a deploy's status means for who waits for it. */
export type DeployPhase = "waiting" | "live" | "superseded" | "failed" | "canceled" | "unknown";

const phases: Record<string, DeployPhase> = {
  created: "waiting",
  queued: "waiting",
  build_in_progress: "waiting",
  pre_deploy_in_progress: "waiting",
  update_in_progress: "waiting",
  live: "live",
  // It was live until a newer one took its place: neither a success nor a failure of this one.
  deactivated: "superseded",
  build_failed: "failed",
  pre_deploy_failed: "failed",
  update_failed: "failed",
  canceled: "canceled",
};

const words: Record<string, string> = {
  created: "waiting to start",
  queued: "waiting in line",
  build_in_progress: "building",
  pre_deploy_in_progress: "running the pre-deploy command",
  update_in_progress: "starting",
  live: "live",
  deactivated: "superseded",
  build_failed: "build failed",
  pre_deploy_failed: "pre-deploy command failed",
  update_failed: "start failed",
  canceled: "cancelled",
};

/** An unknown status is no end: it is waited through. */
export function deployPhase(status: string | undefined): DeployPhase {
  if (status === undefined) return "waiting";
  return Object.hasOwn(phases, status) ? phases[status] : "unknown";
}

/** `building`, for people. */
export function describeStatus(status: string | undefined): string {
  if (status === undefined) return words.created;
  return Object.hasOwn(words, status) ? words[status] : status.replaceAll("_", " ");
}
