import type { Clock } from "../clock.js";
import { Deploy, type DeployRequest } from "./deploy.js";

/** Hears of what becomes of deploys that never began. */
export interface DeployQueueOptions {
  clock: Clock;
  overlapPolicy: "wait" | "override";
  /** Does the deploy's work; resolves when it is finished, whatever the end. */
  run: (deploy: Deploy) => Promise<void>;
}

/**
 * One deploy at a time. With the policy `wait` a newer one waits for the one in progress, and takes the place of
 * another that waits; with `override` it cancels the one in progress.
 */
export class DeployQueue {
  /** Newest first. */
  readonly all: Deploy[] = [];
  #active: Deploy | undefined;
  #waiting: Deploy | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly options: DeployQueueOptions) {}

  get active(): Deploy | undefined {
    return this.#active;
  }

  /** The deploy that runs now. */
  get live(): Deploy | undefined {
    return this.all.find((deploy) => deploy.status === "live");
  }

  find(id: string): Deploy | undefined {
    return this.all.find((deploy) => deploy.id === id);
  }

  /** @returns the new deploy; its status is `queued` when it has to wait */
  request(request: DeployRequest): Deploy {
    const deploy = new Deploy(request, this.options.clock);
    this.all.unshift(deploy);
    this.#waiting?.cancel();
    this.#waiting = deploy;
    if (!this.#active) {
      this.#work = this.#workOff();
    } else if (this.options.overlapPolicy === "override") {
      this.#active.cancel();
    } else {
      deploy.moveTo("queued");
    }
    return deploy;
  }

  /** Cancels what waits and what runs, and waits until it has unwound. */
  async cancelAll(): Promise<void> {
    this.#waiting?.cancel();
    this.#active?.cancel();
    await this.#work;
  }

  async #workOff(): Promise<void> {
    while (this.#waiting) {
      const deploy = this.#waiting;
      this.#waiting = undefined;
      if (deploy.isFinished) continue;
      this.#active = deploy;
      await this.options.run(deploy);
      this.#active = undefined;
    }
  }
}
