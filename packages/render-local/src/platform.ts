import type { Clock } from "./clock.js";
import type { Faults } from "./faults.js";
import type { GitRemote } from "./git/remote.js";
import type { CpuLimits } from "./process/cpu-limits.js";
import type { Isolation } from "./process/running-process.js";
import type { Builds } from "./service/builds.js";
import type { EventLog } from "./workspace/events.js";
import type { LogStore } from "./workspace/log-store.js";

/** What every service stands on: time, git, builds, processes, and the records of what happens. */
export interface Platform {
  clock: Clock;
  events: EventLog;
  logs: LogStore;
  remote: GitRemote;
  builds: Builds;
  faults: Faults;
  cpuLimits: CpuLimits;
  isolation: Isolation;
  /** What becomes of a deploy in progress when a newer one is asked for. */
  overlapPolicy: "wait" | "override";
  /** The person the API key belongs to. */
  user: { id: string; name: string; email: string };
  /** owner/name of the repository, for RENDER_GIT_REPO_SLUG. */
  repoSlug: string;
}
