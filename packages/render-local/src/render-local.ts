import type { ApiServer } from "./api/api-server.js";
import type { BlueprintSync, ConnectedBlueprint } from "./blueprint/connected-blueprint.js";
import { RenderLocalError } from "./errors.js";
import type { Faults } from "./faults.js";
import type { KeyValue } from "./key-value/key-value.js";
import type { Service } from "./service/service.js";
import type { EventLog } from "./workspace/events.js";
import type { LogStore } from "./workspace/log-store.js";
import type { Owner, Workspace } from "./workspace/workspace.js";

interface Parts {
  workspace: Workspace;
  blueprint: ConnectedBlueprint;
  api: ApiServer;
  apiKey: string;
  /** Takes everything down again, last part first. */
  undo: (() => unknown)[];
}

/** A Render of its own that runs on this computer. `stop()` leaves no process, no port and no file behind. */
export class RenderLocal {
  /** What `RENDER_API_KEY` is to be. */
  readonly apiKey: string;
  /** What `RENDER_API_URL` is to be. */
  readonly apiUrl: string;
  readonly blueprint: ConnectedBlueprint;
  readonly #parts: Parts;
  #stopping: Promise<void> | undefined;
  readonly #killAtExit = (): void => this.#parts.workspace.killNow();

  /** Made by `startRenderLocal`. */
  constructor(parts: Parts) {
    this.#parts = parts;
    this.apiKey = parts.apiKey;
    this.apiUrl = parts.api.url;
    this.blueprint = parts.blueprint;
    process.once("exit", this.#killAtExit);
  }

  /** Where to push to: `git push URL main`. */
  get gitUrl(): string {
    return this.#parts.workspace.platform.remote.url;
  }

  get owner(): Owner {
    return this.#parts.workspace.owner;
  }

  /** Real seconds per second of Render's time. A test may bring a stack up slowly and then let time fly. */
  get timeScale(): number {
    return this.#parts.workspace.platform.clock.scale;
  }

  set timeScale(scale: number) {
    this.#parts.workspace.platform.clock.scale = scale;
  }

  get services(): Service[] {
    return [...this.#parts.workspace.services.values()];
  }

  get keyValues(): KeyValue[] {
    return [...this.#parts.workspace.keyValues.values()];
  }

  get faults(): Faults {
    return this.#parts.workspace.platform.faults;
  }

  get events(): EventLog {
    return this.#parts.workspace.platform.events;
  }

  get logs(): LogStore {
    return this.#parts.workspace.platform.logs;
  }

  /** The service of this name. @throws RenderLocalError when there is none */
  service(name: string): Service {
    const service = this.#parts.workspace.serviceNamed(name);
    if (service) return service;
    throw new RenderLocalError(
      `There is no service ${name}; there are ${this.services.map((one) => one.name).join(", ") || "none"}.`,
    );
  }

  /** The Key Value instance of this name. @throws RenderLocalError when there is none */
  keyValue(name: string): KeyValue {
    const keyValue = this.#parts.workspace.keyValueNamed(name);
    if (keyValue) return keyValue;
    throw new RenderLocalError(`There is no Key Value instance ${name}.`);
  }

  /** The dashboard's "Manual Sync": brings the workspace up to the newest commit of the Blueprint's branch. */
  async syncNow(): Promise<BlueprintSync> {
    const { remote } = this.#parts.workspace.platform;
    const head = await remote.head(remote.defaultBranch);
    if (!head) throw new RenderLocalError(`There is no branch ${remote.defaultBranch} to sync.`);
    const { sync, done } = this.blueprint.sync(head);
    await done;
    return sync;
  }

  /**
   * Waits until the syncs are done and no deploy is in progress.
   *
   * @throws RenderLocalError when the last sync or the last deploy of a service failed, with its last log lines
   */
  async whenLive(): Promise<void> {
    await this.blueprint.whenIdle();
    const [sync] = this.blueprint.syncs;
    if (sync?.state === "error") {
      throw new RenderLocalError(`The sync of ${this.blueprint.path} failed: ${sync.problem}`);
    }
    for (const service of this.services) {
      if (service.isSuspended) continue;
      let deploy = service.deploys.all[0];
      while (deploy && !deploy.isFinished) {
        await deploy.whenFinished();
        deploy = service.deploys.all[0];
      }
      if (deploy && deploy.status !== "live") {
        const lines = this.logs.tail(service.id, 15).map((line) => `  ${line}`);
        throw new RenderLocalError(`${service.name}: the deploy is ${deploy.status}.\n${lines.join("\n")}`);
      }
    }
  }

  /** Whether `stop()` was called. */
  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Stops everything. Calling it again waits for the same stop. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    for (const step of this.#parts.undo.reverse()) await step();
    process.off("exit", this.#killAtExit);
  }
}
