import { HttpEdge } from "../edge/http-edge.js";
import { TcpEdge } from "../edge/tcp-edge.js";
import { newId } from "../ids.js";
import type { Platform } from "../platform.js";
import type { Artifact, Deploy, DeployRequest } from "./deploy.js";
import { DeployQueue } from "./deploy-queue.js";
import { buildEnvironment, type EnvironmentGroup, type Variables } from "./environment.js";
import { Fleet } from "./fleet.js";
import type { OneOffJob } from "./one-off-job.js";
import type { Release } from "./release.js";
import { runDeploy } from "./run-deploy.js";
import { blueprintType, type ServiceSettings, type ServiceType } from "./settings.js";

export interface ServiceOptions {
  name: string;
  type: ServiceType;
  settings: ServiceSettings;
  /** The port of a web service's address; 0 takes any free one. */
  port: number;
}

/** A web service, private service or worker: its settings, variables, deploys and instances. */
export class Service {
  readonly id = newId("srv");
  readonly slug: string;
  readonly type: ServiceType;
  readonly createdAt: string;
  readonly variables: Variables = new Map();
  readonly groups = new Map<string, EnvironmentGroup>();
  readonly suspenders = new Set<"user" | "stuck_crashlooping">();
  readonly deploys: DeployQueue;
  readonly fleet: Fleet;
  readonly jobs: OneOffJob[] = [];
  name: string;
  settings: ServiceSettings;
  updatedAt: string;
  #edge: HttpEdge | TcpEdge | undefined;
  #isRemoved = false;

  private constructor(
    options: ServiceOptions,
    readonly platform: Platform,
  ) {
    this.name = options.name;
    this.slug = options.name.toLowerCase();
    this.type = options.type;
    this.settings = options.settings;
    this.createdAt = platform.clock.now();
    this.updatedAt = this.createdAt;
    this.fleet = new Fleet(platform);
    this.deploys = new DeployQueue({
      clock: platform.clock,
      overlapPolicy: platform.overlapPolicy,
      run: (deploy) => runDeploy(this, deploy),
    });
  }

  static async create(options: ServiceOptions, platform: Platform): Promise<Service> {
    const service = new Service(options, platform);
    const targets = (): number[] => service.fleet.ports;
    if (options.type === "web_service") {
      const onRequest: Parameters<typeof HttpEdge.open>[0]["onRequest"] = (entry) =>
        service.#logRequest(entry);
      service.#edge = await HttpEdge.open({ port: options.port, targets, onRequest });
    } else if (options.type === "private_service") {
      service.#edge = await TcpEdge.open(targets);
    }
    return service;
  }

  /** Where the service is reached; a worker is not. */
  get address(): { host: string; port: number } | undefined {
    return this.#edge && { host: "127.0.0.1", port: this.#edge.port };
  }

  /** The public address of a web service. */
  get url(): string | undefined {
    return this.type === "web_service" && this.#edge ? `http://127.0.0.1:${this.#edge.port}` : undefined;
  }

  get isSuspended(): boolean {
    return this.suspenders.size > 0;
  }

  /** Its own variables over those of its groups. */
  get effectiveVariables(): Variables {
    const merged: Variables = new Map();
    for (const group of this.groups.values())
      for (const [key, value] of group.variables) merged.set(key, value);
    for (const [key, value] of this.variables) merged.set(key, value);
    return merged;
  }

  touch(): void {
    this.updatedAt = this.platform.clock.now();
  }

  log(message: string, instance?: string): void {
    this.platform.logs.write(message, { resource: this.id, type: "app", level: "info", instance });
  }

  deploy(request: DeployRequest): Deploy {
    return this.deploys.request(request);
  }

  buildEnvironment(commitId: string, variables = this.effectiveVariables): Record<string, string> {
    const facts = {
      serviceId: this.id,
      serviceName: this.name,
      serviceType: blueprintType(this.type),
      commitId,
      branch: this.settings.branch,
      repoSlug: this.platform.repoSlug,
      cpus: this.settings.plan.cpus,
      externalUrl: this.url,
    };
    return buildEnvironment(facts, variables);
  }

  /** What a deploy of an artifact runs, with the settings and variables of this moment. */
  releaseOf(deploy: Deploy, artifact: Artifact): Release {
    const variables = this.effectiveVariables;
    const { startCommand, healthCheckPath, plan, maxShutdownDelaySeconds } = this.settings;
    return {
      serviceId: this.id,
      serviceName: this.name,
      deployId: deploy.id,
      artifact,
      startCommand,
      healthCheckPath,
      plan,
      maxShutdownDelaySeconds,
      takesConnections: this.type !== "background_worker",
      externalHost: this.url ? new URL(this.url).host : "",
      environment: this.buildEnvironment(deploy.commit.id, variables),
      variables,
    };
  }

  /** Starts the live release again in new instances, with the settings and variables it had. */
  restart(user: string): void {
    if (!this.fleet.release) return;
    this.platform.events.record(this.id, "server_restarted", { triggeredByUser: user });
    this.fleet.restart().catch((error) => this.log(`==> Restart failed: ${error.message}`));
  }

  /** Sets the number of instances; those that are to come or go do so in their own time. */
  scale(count: number): void {
    const fromInstances = this.settings.numInstances;
    this.settings = { ...this.settings, numInstances: count };
    this.touch();
    if (fromInstances === count) return;
    const details = { fromInstances, toInstances: count };
    this.platform.events.record(this.id, "instance_count_changed", details);
    this.fleet.scale(count).catch((error) => this.log(`==> Scaling failed: ${error.message}`));
  }

  /** Stops all instances; the address answers 502 until the service is resumed. */
  async suspend(suspender: "user" | "stuck_crashlooping" = "user"): Promise<void> {
    if (this.isSuspended) return;
    this.suspenders.add(suspender);
    this.touch();
    const { events, user } = this.platform;
    const byUser = { actor: "user", suspendedByUser: { id: user.id, email: user.email } };
    events.record(this.id, "suspender_added", suspender === "user" ? byUser : { actor: suspender });
    events.record(this.id, "service_suspended");
    await this.deploys.cancelAll();
    await this.fleet.retireAll();
  }

  /** Deploys the commit again that was live when the service was suspended. */
  resume(): void {
    if (!this.isSuspended) return;
    this.suspenders.clear();
    this.touch();
    const { events, user } = this.platform;
    const resumedByUser = { id: user.id, email: user.email };
    events.record(this.id, "suspender_removed", { actor: "user", resumedByUser });
    events.record(this.id, "service_resumed");
    const last = this.deploys.live ?? this.deploys.all[0];
    if (last) this.deploy({ commit: last.commit, trigger: "service_resumed", artifact: last.artifact });
  }

  /** Stops everything of the service: SIGTERM now, SIGKILL when its shutdown delay is over. */
  async close(): Promise<void> {
    this.#isRemoved = true;
    for (const job of this.jobs) job.cancel();
    await this.deploys.cancelAll();
    await this.fleet.close();
    await Promise.all(this.jobs.map((job) => job.ended));
    await this.#edge?.close();
  }

  killNow(): void {
    this.fleet.killNow();
    for (const job of this.jobs) job.killNow();
  }

  #logRequest(entry: { method: string; path: string; host: string; statusCode: number }): void {
    if (this.#isRemoved) return;
    const { method, path, host, statusCode } = entry;
    const labels = { resource: this.id, type: "request", level: "info", method, path, host } as const;
    this.platform.logs.write(`${method} ${path} ${statusCode}`, {
      ...labels,
      statusCode: String(statusCode),
    });
  }
}
