import type { Clock } from "../clock.js";
import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { type DeployPhase, deployPhase, describeStatus } from "../render/deploy-status.js";
import type { RenderApi } from "../render/render-api.js";
import type { RenderDeploy, RenderService } from "../render/schemas.js";
import { isSuspended, serviceNamed } from "../render/workspace.js";
import { printableLine } from "../terminal/printable.js";
import { explainFailure, reasonOf } from "./explain-failure.js";
import type { Progress } from "./progress.js";

const pollMilliseconds = 5000;
/** Render starts a deploy within seconds of a sync; after this one is asked for. */
const askAfterMilliseconds = 90_000;
/** An instance has died: for so many looks more Render's own end of the deploy, which says more, is waited for. */
const looksAfterDeath = 3;

export interface DeploysWait {
  api: RenderApi;
  clock: Clock;
  progress: Progress;
  ownerId: string;
  /** The services by name: the worker's is made by the sync. */
  names: readonly string[];
  commit: string;
  /** When the commit was pushed: what happened before is none of this deploy. */
  since: Date;
  /** Milliseconds for all of them. */
  timeout: number;
}

export interface LiveService {
  service: RenderService;
  deploy: RenderDeploy;
}

/**
 * Waits until each service's newest deploy of the commit is live. Ends at once, with Render's reason, on the first that
 * cannot come to that: failed, cancelled, superseded or suspended; and within seconds when an instance of it dies while
 * it starts, where Render would try for minutes.
 */
export async function waitForDeploys(wait: DeploysWait): Promise<LiveService[]> {
  const { clock } = wait;
  const deadline = clock.deadline(wait.timeout);
  const watches = wait.names.map((name) => new ServiceWatch(name, wait));
  for (;;) {
    const services = await wait.api.services(wait.ownerId);
    for (const watch of watches) await watch.look(serviceNamed(services, watch.name));
    const live = watches.map((watch) => watch.live);
    if (live.every((one) => one !== undefined)) return live;
    if (clock.now() >= deadline) throw timeoutError(watches);
    await clock.wait(pollMilliseconds * (0.9 + Math.random() / 5));
  }
}

class ServiceWatch {
  live: LiveService | undefined;
  doing = "not there yet";
  #askAt: number;
  #looksSinceDeath = 0;
  readonly #warned = new Set<string>();

  constructor(
    readonly name: string,
    private readonly wait: DeploysWait,
  ) {
    this.#askAt = wait.clock.deadline(askAfterMilliseconds);
  }

  async look(service: RenderService | undefined): Promise<void> {
    const { api, clock, progress, commit } = this.wait;
    if (!service) {
      if (clock.now() >= this.#askAt) throw missingError(this.name);
      this.#say("waiting for Render to make it");
      return;
    }
    if (isSuspended(service)) throw await this.#suspended(service);
    const deploys = await api.deploys(service.id);
    const deploy = deploys.find((other) => other.commit?.id === commit);
    if (!deploy) {
      await this.#noDeploy(service, deploys);
      return;
    }
    const phase = deployPhase(deploy.status);
    this.live = phase === "live" ? { service, deploy } : undefined;
    this.#say(describeStatus(deploy.status));
    if (phase === "unknown" && !this.#warned.has(deploy.status ?? "")) {
      this.#warned.add(deploy.status ?? "");
      progress.warn(
        `${this.name}: Render tells a state this tool does not know (${printableLine(deploy.status ?? "")}); waiting on`,
      );
    }
    await this.#end(service, deploys, deploy, phase);
    if (phase !== "live") await this.#dyingInstance(service, deploy);
  }

  /** Throws when the deploy has come to an end that is not live. */
  async #end(
    service: RenderService,
    deploys: RenderDeploy[],
    deploy: RenderDeploy,
    phase: DeployPhase,
  ): Promise<void> {
    if (phase === "failed") {
      throw await explainFailure(this.#subject(service, deploy), describeStatus(deploy.status), {
        code: "deploy_failed",
      });
    }
    if (phase !== "canceled" && phase !== "superseded") return;
    const newer = deploys
      .slice(0, deploys.indexOf(deploy))
      .find((other) => other.commit?.id !== this.wait.commit);
    if (newer) throw supersededError(this.name, newer);
    throw await explainFailure(
      this.#subject(service, deploy),
      `the deploy was ${describeStatus(deploy.status)}`,
      {
        code: "deploy_cancelled",
        exitCode: exitCode.superseded,
      },
    );
  }

  /** An instance that dies while the deploy starts it will not get better by waiting. */
  async #dyingInstance(service: RenderService, deploy: RenderDeploy): Promise<void> {
    if (deploy.status !== "update_in_progress") return;
    const from = new Date(deploy.startedAt ?? this.wait.since);
    const event = (await this.wait.api.events(service.id, from)).find(({ type }) => type === "server_failed");
    const instance = (event?.details as { instanceID?: unknown } | null | undefined)?.instanceID;
    if (!event) return;
    if (typeof instance === "string") {
      // An instance that was there before belongs to the version that is being replaced.
      const known = (await this.wait.api.instances(service.id)).find(({ id }) => id === instance);
      if (known && new Date(known.createdAt) < from) return;
    }
    // Seen between the two steps, the event and the end of the deploy, its last log lines are not written yet.
    this.#looksSinceDeath += 1;
    if (this.#looksSinceDeath <= looksAfterDeath) return;
    throw await explainFailure(this.#subject(service, deploy), "the new version dies while it starts", {
      code: "server_failed",
      reason: reasonOf(event),
    });
  }

  async #noDeploy(service: RenderService, deploys: RenderDeploy[]): Promise<void> {
    const { api, clock, commit, progress, since } = this.wait;
    const newer = deploys.find((other) => other.createdAt !== undefined && new Date(other.createdAt) > since);
    if (newer?.commit?.id && newer.trigger === "new_commit") throw supersededError(this.name, newer);
    this.#say("waiting for its deploy");
    if (clock.now() < this.#askAt) return;
    progress.warn(
      `${this.name} did not begin a deploy of ${commit.slice(0, 7)} by itself; asking Render for one`,
    );
    await api.createDeploy(service.id, commit);
    this.#askAt = clock.deadline(askAfterMilliseconds);
  }

  async #suspended(service: RenderService): Promise<DeployToolError> {
    const by = service.suspenders.map(printableLine).join(", ") || "somebody";
    const looping = service.suspenders.includes("stuck_crashlooping");
    return await explainFailure(
      this.#subject(service),
      looping ? "Render suspended it because it crashes again and again" : `it is suspended (by ${by})`,
      { code: "service_suspended" },
    );
  }

  #say(doing: string): void {
    this.doing = doing;
    this.wait.progress.service(this.name, doing);
  }

  #subject(service: RenderService, deploy?: RenderDeploy) {
    const { api, ownerId, since } = this.wait;
    return { api, ownerId, service, deploy, since };
  }
}

function supersededError(name: string, newer: RenderDeploy): DeployToolError {
  const commit = newer.commit?.id?.slice(0, 7) ?? "another commit";
  return new DeployToolError(`${name}: a newer deploy, of ${commit}, took the place of this one.`, {
    code: "superseded",
    exitCode: exitCode.superseded,
    fix: "git pull, look at what came in, and run shap-deploy deploy again",
    details: { deployId: newer.id, commit: newer.commit?.id },
  });
}

function missingError(name: string): DeployToolError {
  return new DeployToolError(`${name} is declared, but Render has not made it.`, {
    code: "service_missing",
    exitCode: exitCode.deployFailed,
    fix: "workers need payment information: see https://dashboard.render.com/billing and the Blueprint's page",
  });
}

function timeoutError(watches: readonly ServiceWatch[]): DeployToolError {
  const open = watches
    .filter(({ live }) => live === undefined)
    .map(({ name, doing }) => `${name} (${doing})`);
  return new DeployToolError(`Not live in time: ${open.join(", ")}.`, {
    code: "deploy_timeout",
    exitCode: exitCode.timedOut,
    fix: "the deploy may still come to its end: run shap-deploy deploy again, it goes on waiting; --timeout gives it longer",
  });
}
