import { join } from "node:path";
import { RenderLocalError } from "../errors.js";
import { newId } from "../ids.js";
import { KeyValue, type KeyValueSettings } from "../key-value/key-value.js";
import type { Platform } from "../platform.js";
import type { EnvironmentGroup } from "../service/environment.js";
import { Service, type ServiceOptions } from "../service/service.js";

/** What `GET /owners` tells. */
export interface Owner {
  id: string;
  name: string;
  email: string;
  type: "team";
}

/** A Render workspace: everything in it has a name that nothing else of its kind has. */
export class Workspace {
  readonly services = new Map<string, Service>();
  readonly keyValues = new Map<string, KeyValue>();
  readonly groups = new Map<string, EnvironmentGroup>();
  readonly owner: Owner = {
    id: newId("tea"),
    name: "render-local",
    email: "workspace@render-local.test",
    type: "team",
  };
  #nextPort: number;

  constructor(
    readonly platform: Platform,
    private readonly dataFolder: string,
    firstPort: number,
  ) {
    this.#nextPort = firstPort;
  }

  serviceNamed(name: string): Service | undefined {
    return [...this.services.values()].find((service) => service.name === name);
  }

  keyValueNamed(name: string): KeyValue | undefined {
    return [...this.keyValues.values()].find((keyValue) => keyValue.name === name);
  }

  async createService(options: Omit<ServiceOptions, "port">): Promise<Service> {
    const port = this.#portFor(options);
    const service = await Service.create({ ...options, port }, this.platform).catch((error) => {
      if (error.code !== "EADDRINUSE") throw error;
      throw new RenderLocalError(`${options.name}: port ${port} is taken; choose another one with --port.`);
    });
    this.services.set(service.id, service);
    return service;
  }

  async createKeyValue(settings: KeyValueSettings): Promise<KeyValue> {
    const folder = join(this.dataFolder, "key-value", settings.name);
    const keyValue = await KeyValue.create(settings, folder, this.platform);
    this.keyValues.set(keyValue.id, keyValue);
    try {
      await keyValue.start();
    } catch (error) {
      this.keyValues.delete(keyValue.id);
      throw error;
    }
    return keyValue;
  }

  /** The group of this name, made when it is not there. */
  group(name: string): EnvironmentGroup {
    const group = this.groups.get(name) ?? { id: newId("evg"), name, variables: new Map() };
    this.groups.set(name, group);
    return group;
  }

  /** Removes builds that are neither used nor among the last. */
  async pruneBuilds(): Promise<void> {
    const inUse = new Set(
      [...this.services.values()].flatMap(({ fleet, deploys }) => [
        ...fleet.instances.map(({ release }) => release.artifact),
        ...(deploys.active?.artifact ? [deploys.active.artifact] : []),
      ]),
    );
    await this.platform.builds.prune(inUse);
  }

  async removeService(service: Service): Promise<void> {
    this.services.delete(service.id);
    await service.close();
  }

  async removeKeyValue(keyValue: KeyValue): Promise<void> {
    this.keyValues.delete(keyValue.id);
    await keyValue.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.close()));
    // The stores go last: what is being stopped may still write to them.
    await Promise.all([...this.keyValues.values()].map((keyValue) => keyValue.close()));
  }

  killNow(): void {
    for (const service of this.services.values()) service.killNow();
    for (const keyValue of this.keyValues.values()) keyValue.killNow();
  }

  /** Web services get the wanted port and those after it; 0 takes any free one. */
  #portFor(options: Omit<ServiceOptions, "port">): number {
    if (options.type !== "web_service" || this.#nextPort === 0) return 0;
    const port = this.#nextPort;
    this.#nextPort += 1;
    return port;
  }
}
