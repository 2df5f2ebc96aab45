import type { Fault } from "./faults.js";
import type { Isolation } from "./process/running-process.js";

export interface RenderLocalOptions {
  /** The git repository to deploy; default: the current folder. Only what is committed is deployed, as on Render. */
  repo?: string;
  /** The Blueprint's path in the repository; default `render.yaml`. */
  blueprint?: string;
  /** The branch the Blueprint follows; default: the one that is checked out. */
  branch?: string;
  /** The port of the first web service, the next one gets the next; default 0: any free ports. */
  port?: number;
  /** The port of the REST API; default 0: any free one. */
  apiPort?: number;
  /** The key that the API takes; default: a random one. */
  apiKey?: string;
  /** Real seconds per second of Render's time, above 0 and at most 1; default 0.05. */
  timeScale?: number;
  /**
   * `namespaces` (Linux, root): every instance has process ids and a host name of its own, so that ids repeat after
   * each restart as in Render's containers. Default `process`.
   */
  isolation?: Isolation;
  /** What becomes of a deploy in progress when a newer one is asked for; default `wait`. */
  overlapPolicy?: "wait" | "override";
  /** Whether pushes to the Blueprint's branch sync it; default true. */
  autoSync?: boolean;
  /** Whether a push that leaves the Blueprint as it is makes a sync, too; Render does not say. Default true. */
  syncUnchanged?: boolean;
  /** What the status checks of a commit say, for services with `autoDeployTrigger: checksPass`; default `pass`. */
  checks?: "pass" | "fail";
  /** Values for `sync: false` variables, by key, as typed into the dashboard when the Blueprint is connected. */
  secrets?: Record<string, string>;
  /** Whether the workspace has payment information; without it no paid plan can be created. Default true. */
  payment?: boolean;
  /** Whether services with the same build command share one build of a commit; default true. */
  shareBuilds?: boolean;
  /** Whether instances get no more processor than their plan has, where control groups allow it; default true. */
  cpuLimits?: boolean;
  /** Whether the API counts calls and answers 429 above Render's limits; default true. */
  rateLimits?: boolean;
  /** Where repository, builds and data lie while it runs; default: the system's folder for temporary files. */
  workFolder?: string;
  /** Where Key Value data is kept from one start to the next; default: a temporary folder, removed by `stop()`. */
  dataFolder?: string;
  /** Things that go wrong from the start; more can be added to the handle's `faults`. */
  faults?: Fault[];
}
