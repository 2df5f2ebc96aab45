import { mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { RenderLocalError } from "../errors.js";
import { newId } from "../ids.js";
import type { KeyValuePlan } from "../plans.js";
import type { Platform } from "../platform.js";
import { freePort } from "../process/free-port.js";
import { RunningProcess } from "../process/running-process.js";

export type KeyValueStatus =
  | "creating"
  | "available"
  | "unavailable"
  | "config_restart"
  | "suspended"
  | "updating_instance";

export interface KeyValueSettings {
  name: string;
  plan: KeyValuePlan;
  region: string;
  /** As redis.conf spells it: `allkeys-lru`. */
  maxmemoryPolicy: string;
  /** What is written to disk; nothing on a plan that keeps nothing. */
  persistence: "journal-snapshot" | "snapshot" | "off";
  ipAllowList: { cidrBlock: string; description: string }[];
}

const restartMilliseconds = 200;

/** A Key Value instance: a redis-server of its own, on loopback, with the plan's memory and eviction policy. */
export class KeyValue {
  readonly id = newId("red");
  readonly createdAt: string;
  updatedAt: string;
  status: KeyValueStatus = "creating";
  settings: KeyValueSettings;
  readonly port: number;
  restarts = 0;
  #process: RunningProcess | undefined;
  #wantsToRun = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(
    settings: KeyValueSettings,
    port: number,
    private readonly folder: string,
    private readonly version: string,
    readonly platform: Platform,
  ) {
    this.settings = settings;
    this.port = port;
    this.createdAt = platform.clock.now();
    this.updatedAt = this.createdAt;
  }

  /** A store that is not started yet. @throws RenderLocalError when there is no redis-server on the PATH */
  static async create(settings: KeyValueSettings, folder: string, platform: Platform): Promise<KeyValue> {
    const version = await redisVersion();
    await mkdir(folder, { recursive: true });
    return new KeyValue(settings, await freePort(), folder, version, platform);
  }

  get name(): string {
    return this.settings.name;
  }

  get redisVersion(): string {
    return this.version;
  }

  get connectionString(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process && !this.#process.hasEnded ? this.#process.pid : undefined;
  }

  /** Takes new settings into force; a change of plan or policy restarts the server. */
  async update(settings: KeyValueSettings): Promise<void> {
    const before = this.settings;
    this.settings = settings;
    this.updatedAt = this.platform.clock.now();
    const needsRestart =
      before.plan.apiName !== settings.plan.apiName ||
      before.maxmemoryPolicy !== settings.maxmemoryPolicy ||
      before.persistence !== settings.persistence;
    if (!needsRestart || this.status === "suspended") return;
    this.platform.events.record(this.id, "key_value_config_restart");
    await this.#stop();
    this.status = "config_restart";
    await this.start();
  }

  async suspend(): Promise<void> {
    if (this.status === "suspended") return;
    this.updatedAt = this.platform.clock.now();
    await this.#stop();
    this.status = "suspended";
  }

  async resume(): Promise<void> {
    if (this.status !== "suspended") return;
    this.updatedAt = this.platform.clock.now();
    this.status = "creating";
    await this.start();
  }

  async close(): Promise<void> {
    await this.#stop();
  }

  killNow(): void {
    this.#process?.killGroupNow();
  }

  get #keepsData(): boolean {
    return this.settings.plan.persistent && this.settings.persistence !== "off";
  }

  /** Starts the server and waits until it answers. @throws RenderLocalError when it ends first */
  async start(): Promise<void> {
    if (!this.#keepsData) {
      await rm(this.folder, { recursive: true, force: true });
      await mkdir(this.folder, { recursive: true });
    }
    this.#wantsToRun = true;
    const { ready, supervision } = this.#supervise();
    this.#work = supervision;
    try {
      await ready;
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  #supervise(): { ready: Promise<void>; supervision: Promise<void> } {
    let becameReady: () => void = () => {};
    let failed: (error: Error) => void = () => {};
    const ready = new Promise<void>((resolve, reject) => {
      becameReady = resolve;
      failed = reject;
    });
    const supervise = async (): Promise<void> => {
      while (this.#wantsToRun) {
        const running = this.#spawn();
        this.#process = running;
        if (await this.#answers(running)) {
          if (this.status === "unavailable") this.platform.events.record(this.id, "key_value_available");
          this.status = "available";
          becameReady();
        }
        await running.ended;
        if (!this.#wantsToRun) break;
        this.status = "unavailable";
        this.platform.events.record(this.id, "key_value_unhealthy");
        failed(new RenderLocalError(`redis-server for ${this.name} ended: ${this.#lastWords()}`));
        this.restarts += 1;
        await sleep(restartMilliseconds);
      }
    };
    return { ready, supervision: supervise() };
  }

  #spawn(): RunningProcess {
    const { plan, maxmemoryPolicy, persistence } = this.settings;
    const journal = this.#keepsData && persistence === "journal-snapshot";
    const snapshots = this.#keepsData ? "60 1" : "";
    const flags = [
      ...["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.folder],
      ...["--maxmemory", String(plan.memoryBytes), "--maxmemory-policy", maxmemoryPolicy],
      ...["--maxclients", String(plan.maxClients), "--save", snapshots],
      ...["--appendonly", journal ? "yes" : "no", "--appendfsync", "everysec"],
    ];
    return RunningProcess.start({
      command: `exec redis-server ${flags.map(quote).join(" ")}`,
      folder: this.folder,
      env: { PATH: process.env.PATH ?? "" },
      isolation: "process",
      hostName: this.id,
      onLine: (line) => this.platform.logs.write(line, { resource: this.id, type: "app", level: "info" }),
    });
  }

  async #answers(running: RunningProcess): Promise<boolean> {
    while (!running.hasEnded && this.#wantsToRun) {
      if (await answersPing(this.port)) return true;
      await sleep(25);
    }
    return false;
  }

  async #stop(): Promise<void> {
    this.#wantsToRun = false;
    const running = this.#process;
    // SIGTERM lets redis-server write what it has to disk.
    await running?.terminate("SIGTERM");
    const timer = setTimeout(() => void running?.kill(), 5000);
    await this.#work;
    clearTimeout(timer);
  }

  #lastWords(): string {
    return this.platform.logs.tail(this.id, 2).join(" ");
  }
}

async function redisVersion(): Promise<string> {
  const { stdout, exitCode } = await execa("redis-server", ["--version"], { reject: false });
  if (exitCode !== 0) {
    const line = process.platform === "darwin" ? "brew install redis" : "sudo apt-get install redis-server";
    throw new RenderLocalError(
      `A Key Value instance needs redis-server on the PATH. Install it with: ${line}`,
    );
  }
  return /v=([\d.]+)/.exec(stdout ?? "")?.[1] ?? "unknown";
}

/** Whether a Redis server answers PING (a server that still loads its data does not). */
async function answersPing(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.setTimeout(1000);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("data", (data) => end(data.toString().startsWith("+PONG")));
    socket
      .once("error", () => end(false))
      .once("timeout", () => end(false))
      .once("close", () => end(false));
  });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
