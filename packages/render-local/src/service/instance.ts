import { setTimeout as sleep } from "node:timers/promises";
import { newInstanceId } from "../ids.js";
import { formatMemoryLimit } from "../plans.js";
import type { Platform } from "../platform.js";
import { freePort } from "../process/free-port.js";
import type { ProcessTable } from "../process/process-table.js";
import { proportionalBytes } from "../process/process-table.js";
import { RunningProcess } from "../process/running-process.js";
import type { FailureReason } from "../workspace/events.js";
import { CrashBackOff } from "./crash-back-off.js";
import { instanceEnvironment } from "./environment.js";
import { checkHealth } from "./health-check.js";
import { InstanceFailure } from "./instance-failure.js";
import type { Release } from "./release.js";

/**
 * ```
 * starting ─> up <─> unhealthy      (a web service that answers no health check gets no traffic)
 *    │        └> crashed ─> starting   (after the back-off)
 *    └> stopped <─ stopping <─ any
 * ```
 */
export type InstanceState = "starting" | "up" | "unhealthy" | "crashed" | "stopping" | "stopped";

/** Seconds of Render's time. */
const times = { startTimeout: 900, healthInterval: 5, workerSettles: 10 };
const failedChecks = { untilNoTraffic: 3, untilRestart: 12 };
/** A program needs real time to fail at its start, however short the scaled seconds are. */
const settleAtLeastMilliseconds = 500;
const healthAtLeastMilliseconds = 50;
const startAtLeastMilliseconds = 3000;

/** One running copy of a service: starts its command, watches it, starts it again when it ends. */
export class Instance {
  readonly id: string;
  readonly createdAt: string;
  state: InstanceState = "starting";
  /** How often its command was started again. */
  restarts = 0;
  memoryBytes = 0;
  /** The port its command is to listen on; none for a worker. */
  port: number | undefined;
  #process: RunningProcess | undefined;
  #cpuSeconds = 0;
  #wasUp = false;
  #outOfMemory = false;
  #unhealthyReason: string | undefined;
  readonly #backOff: CrashBackOff;
  readonly #stop = new AbortController();
  readonly #firstUp: Promise<void>;
  #resolveUp: () => void = () => {};
  #rejectUp: (failure: InstanceFailure) => void = () => {};
  #supervision: Promise<void> = Promise.resolve();

  constructor(
    readonly release: Release,
    private readonly platform: Platform,
  ) {
    this.id = newInstanceId(release.serviceId);
    this.createdAt = platform.clock.now();
    this.#backOff = new CrashBackOff(platform.clock);
    this.#firstUp = new Promise((resolve, reject) => {
      this.#resolveUp = resolve;
      this.#rejectUp = reject;
    });
    this.#firstUp.catch(() => {});
  }

  /** The process of the command, as this computer numbers it; undefined while none runs. */
  get pid(): number | undefined {
    return this.#process && !this.#process.hasEnded ? this.#process.pid : undefined;
  }

  get takesTraffic(): boolean {
    return this.state === "up" && this.port !== undefined;
  }

  /** Starts it and waits until it is up. @throws InstanceFailure when it ends first or never gets healthy */
  async start(): Promise<void> {
    if (this.release.takesConnections) this.port = await freePort();
    this.#supervision = this.#supervise();
    await this.#firstUp;
  }

  /** SIGTERM now, SIGKILL when the service's shutdown delay is over; resolves when nothing of it runs any more. */
  async retire(): Promise<void> {
    if (this.state === "stopped") return;
    this.#beginStop();
    const running = this.#process;
    if (running && !running.hasEnded) {
      await running.terminate("SIGTERM");
      const timer = new AbortController();
      const killLater = this.platform.clock
        .delay(this.release.maxShutdownDelaySeconds, timer.signal)
        .then(() => running.kill())
        .catch(() => {});
      await running.ended;
      timer.abort();
      await killLater;
    }
    await this.#supervision;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#beginStop();
    await this.#process?.kill();
    await this.#supervision;
  }

  killNow(): void {
    this.#process?.killGroupNow();
  }

  /** Ends the command as the kernel does when the plan's memory is used up; it is started again. */
  async killForMemory(): Promise<void> {
    if (!this.pid) return;
    this.#outOfMemory = true;
    this.#log(`==> Out of memory (used over ${formatMemoryLimit(this.release.plan.memoryBytes)})`, "error");
    await this.#process?.kill();
  }

  /** Ends the command with a signal, as a crash would. */
  async crash(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await this.#process?.terminate(signal);
  }

  /** Takes the measure of all its processes; kills it when they use more memory than the plan has. */
  async measure(table: ProcessTable): Promise<{ memoryBytes: number; cpuSeconds: number } | undefined> {
    if (!this.pid) {
      this.memoryBytes = 0;
      return undefined;
    }
    const entries = table.tree(this.pid);
    const limit = this.release.plan.memoryBytes;
    const resident = entries.reduce((sum, entry) => sum + entry.residentBytes, 0);
    // Reading what processes share costs more, so it is done only where it decides.
    this.memoryBytes = resident > limit ? proportionalBytes(entries) : resident;
    const total = entries.reduce((sum, entry) => sum + entry.cpuSeconds, 0);
    const cpuSeconds = Math.max(0, total - this.#cpuSeconds);
    this.#cpuSeconds = total;
    if (this.memoryBytes > limit && !this.#outOfMemory) await this.killForMemory();
    return { memoryBytes: this.memoryBytes, cpuSeconds };
  }

  async #supervise(): Promise<void> {
    const { clock, cpuLimits, events } = this.platform;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const running = this.#startProcess();
      if (!running) break;
      void cpuLimits.apply(this.id, running.pid, this.release.plan.cpus);
      const ended = new AbortController();
      const watching = this.#watch(running, ended.signal).catch(() => {});
      const { exitCode } = await running.ended;
      ended.abort();
      await watching;
      if (signal.aborted) break;

      const reason = this.#failureReason(exitCode);
      events.record(this.release.serviceId, "server_failed", { instanceID: this.id, reason });
      if (!this.#wasUp) {
        this.#rejectUp(InstanceFailure.of(reason, exitCode));
        break;
      }
      this.state = "crashed";
      const seconds = this.#backOff.next();
      if (seconds > 0) this.#log(`==> Crash loop: starting again in ${seconds} s`, "warning");
      await clock.delay(seconds, signal).catch(() => {});
      this.restarts += 1;
    }
    this.state = "stopped";
    this.memoryBytes = 0;
    this.#rejectUp(new InstanceFailure("it was stopped", { evicted: false }));
    await cpuLimits.release(this.id);
  }

  #startProcess(): RunningProcess | undefined {
    const { release, platform } = this;
    this.state = "starting";
    this.#outOfMemory = false;
    this.#unhealthyReason = undefined;
    this.#cpuSeconds = 0;
    this.#log(`==> Running '${release.startCommand}'`);
    try {
      this.#process = RunningProcess.start({
        command: release.startCommand,
        folder: release.artifact.folder,
        env: instanceEnvironment(release.environment, this, release.variables),
        isolation: platform.isolation,
        hostName: this.id,
        onLine: (line, stream) => this.#log(line, stream === "stderr" ? "error" : "info"),
      });
      return this.#process;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#rejectUp(new InstanceFailure(message, { evicted: false, earlyExit: true }));
      return undefined;
    }
  }

  /** From the start of the process to its end: until it is up, and from then on its health. */
  async #watch(running: RunningProcess, ended: AbortSignal): Promise<void> {
    const { clock, events } = this.platform;
    if (this.port === undefined) {
      await sleep(Math.max(clock.milliseconds(times.workerSettles), settleAtLeastMilliseconds), undefined, {
        signal: ended,
      });
    } else {
      const deadline =
        Date.now() + Math.max(clock.milliseconds(times.startTimeout), startAtLeastMilliseconds);
      for (;;) {
        const problem = await this.#checkHealth();
        ended.throwIfAborted();
        if (problem === undefined) break;
        if (Date.now() > deadline) return await this.#giveUp(running, problem);
        await this.#healthPause(ended);
      }
    }
    if (this.#stop.signal.aborted) return;
    this.state = "up";
    this.#backOff.started();
    if (this.#wasUp) events.record(this.release.serviceId, "server_available");
    this.#wasUp = true;
    this.#resolveUp();
    if (this.#faultAtStart()) return;
    if (this.port !== undefined) await this.#watchHealth(running, ended);
  }

  /** 3 failed checks in a row take the traffic away, 12 restart the instance. */
  async #watchHealth(running: RunningProcess, ended: AbortSignal): Promise<void> {
    let failed = 0;
    while (!ended.aborted) {
      await this.#healthPause(ended);
      const problem = await this.#checkHealth();
      if (ended.aborted || this.#stop.signal.aborted) return;
      failed = problem === undefined ? 0 : failed + 1;
      this.state = failed >= failedChecks.untilNoTraffic ? "unhealthy" : "up";
      if (problem !== undefined && failed >= failedChecks.untilRestart) {
        this.#unhealthyReason = problem;
        this.#log(`==> Instance restarts: ${problem}`, "error");
        await running.kill();
        return;
      }
    }
  }

  async #checkHealth(): Promise<string | undefined> {
    const { serviceName, healthCheckPath, externalHost } = this.release;
    if (this.platform.faults.has("health-check-fails", serviceName)) {
      return "HTTP health check failed (status 503)";
    }
    return await checkHealth(this.port as number, healthCheckPath, externalHost);
  }

  async #healthPause(ended: AbortSignal): Promise<void> {
    const milliseconds = this.platform.clock.milliseconds(times.healthInterval);
    await sleep(Math.max(milliseconds, healthAtLeastMilliseconds), undefined, { signal: ended });
  }

  /** At its first start that is the end of it; one that was up before is started again, as after any crash. */
  async #giveUp(running: RunningProcess, problem: string): Promise<void> {
    if (this.#wasUp) {
      this.#unhealthyReason = problem;
      await running.kill();
      return;
    }
    const reason = {
      evicted: false,
      timedOutSeconds: times.startTimeout,
      timedOutReason: "health check",
      unhealthy: problem,
    };
    this.#rejectUp(new InstanceFailure(`not healthy after ${times.startTimeout} s: ${problem}`, reason));
    this.#beginStop();
    await running.kill();
  }

  #faultAtStart(): boolean {
    const { faults } = this.platform;
    if (faults.take("crash-loop", this.release.serviceName)) {
      void this.crash();
      return true;
    }
    if (faults.take("out-of-memory", this.release.serviceName)) {
      void this.killForMemory();
      return true;
    }
    return false;
  }

  #beginStop(): void {
    if (this.state !== "stopped") this.state = "stopping";
    this.#stop.abort();
  }

  #failureReason(exitCode: number): FailureReason {
    if (this.#outOfMemory) {
      return { evicted: false, oomKilled: { memoryLimit: formatMemoryLimit(this.release.plan.memoryBytes) } };
    }
    if (this.#unhealthyReason) return { evicted: false, unhealthy: this.#unhealthyReason };
    this.#log(`==> Application exited ${exitCode === 0 ? "early" : `with status ${exitCode}`}`, "error");
    return exitCode === 0 ? { evicted: false, earlyExit: true } : { evicted: false, nonZeroExit: exitCode };
  }

  #log(message: string, level: "info" | "warning" | "error" = "info"): void {
    this.platform.logs.write(message, {
      resource: this.release.serviceId,
      instance: this.id,
      type: "app",
      level,
    });
  }
}
