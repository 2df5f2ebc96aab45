import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ModelLimits } from "../../settings/settings.js";
import type { ModelSummary } from "../model-summary.js";
import type { CheckOutcome, Refusal, RefusalPlace, RefusalReason } from "./check-outcome.js";
import { processUse } from "./process-use.js";

/** By its place in the package, built, whether this file runs built or from its source. */
const program = fileURLToPath(new URL("../../../dist/models/check/check-process.js", import.meta.url));

const LOOK_EVERY_MS = 25;
/** What a check may take by the clock: a busy machine is slow, which is no verdict on the file. */
const wallMs = (checkMs: number): number => Math.max(60_000, 4 * checkMs);
/** Of the memory limit; the rest is for what lies outside of V8's heap. */
const HEAP_SHARE = 0.75;

/** An upload that is refused, and why. */
export class ModelRefusedError extends Error {
  override readonly name = "ModelRefusedError";
  readonly reason: RefusalReason;
  readonly place: RefusalPlace;

  constructor({ reason, message, place = {} }: Refusal, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.place = place;
  }
}

/** The check could not be done, through no fault of the file. */
export class CheckFailedError extends Error {
  override readonly name = "CheckFailedError";

  /** @param end how the process ended, where it began: for the log */
  constructor(
    message: string,
    readonly end: { readonly code?: unknown; readonly signal?: unknown; readonly stderr?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface Upload {
  readonly name: string;
  readonly file: Uint8Array;
  readonly background?: Uint8Array | undefined;
}

/**
 * Loads, predicts and explains a model in a process of its own, which has nothing of this one's environment, and is
 * killed where it takes more processor time or memory than it may.
 * @throws ModelRefusedError, CheckFailedError
 */
export async function checkModel(upload: Upload, limits: ModelLimits): Promise<ModelSummary> {
  const child = start(upload, limits);
  let outcome: CheckOutcome | undefined;
  let stderr = "";
  child.on("message", (message) => {
    outcome = message as CheckOutcome;
  });
  child.stderr!.on("data", (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-2000);
  });
  const overrun = watch(child, limits);
  // A child that is killed does not read on.
  child.stdin!.on("error", () => {});
  child.stdin!.write(upload.file);
  child.stdin!.end(upload.background ?? "");
  let end: (number | string | null)[];
  try {
    end = await once(child, "close");
  } catch (cause) {
    throw new CheckFailedError("the process that checks models cannot be started", {}, { cause });
  } finally {
    overrun.stop();
  }
  const [code, signal] = end;
  const ending = { code, signal, stderr: stderr.trimEnd().split("\n").at(-1) };
  if (overrun.reason === "busy")
    throw new CheckFailedError("the machine is too busy to check a model", ending);
  if (overrun.reason !== undefined || heapIsFull(code, signal, stderr)) {
    throw new ModelRefusedError(overrunOf(overrun.reason ?? "memory", limits));
  }
  if (outcome === undefined) throw new CheckFailedError(`the check ended with ${signal ?? code}`, ending);
  if (!("refusal" in outcome)) return outcome.summary;
  const { refusal } = outcome;
  throw new ModelRefusedError(refusal.reason === "memory" ? overrunOf("memory", limits) : refusal);
}

function start({ name, file, background }: Upload, { checkMemoryBytes }: ModelLimits): ChildProcess {
  const heapMegabytes = Math.floor((checkMemoryBytes * HEAP_SHARE) / 2 ** 20);
  return fork(program, [name, String(file.length), String(background?.length ?? 0)], {
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    env: {},
    stdio: ["pipe", "ignore", "pipe", "ipc"],
  });
}

/**
 * Typed arrays lie outside of every cap V8 knows, so the whole process is watched. Processor time is what a file asks
 * for; how long that takes is up to the machine.
 */
function watch(child: ChildProcess, { checkMs, checkMemoryBytes }: ModelLimits) {
  const overrun = { reason: undefined as "time" | "memory" | "busy" | undefined, stop };
  const end = (reason: "time" | "memory" | "busy") => {
    overrun.reason ??= reason;
    child.kill("SIGKILL");
  };
  // A check does not outlive the service.
  const orphan = () => void child.kill("SIGKILL");
  process.once("exit", orphan);
  const clock = setTimeout(end, wallMs(checkMs), "busy");
  const look = setInterval(async () => {
    const use = child.pid === undefined ? undefined : await processUse(child.pid);
    if (use === undefined) return;
    if (use.residentBytes > checkMemoryBytes) end("memory");
    else if (use.cpuMs > checkMs) end("time");
  }, LOOK_EVERY_MS);
  function stop() {
    clearTimeout(clock);
    clearInterval(look);
    process.removeListener("exit", orphan);
    child.kill("SIGKILL");
  }
  return overrun;
}

/** V8 ends the process so, and says why on stderr. */
const heapIsFull = (code: unknown, signal: unknown, stderr: string): boolean =>
  (signal === "SIGABRT" || signal === "SIGTRAP" || code === 134) && /heap|memory/i.test(stderr);

function overrunOf(reason: "time" | "memory", { checkMs, checkMemoryBytes }: ModelLimits): Refusal {
  const message =
    reason === "time"
      ? `loading and explaining the model took more than ${checkMs / 1000} s of processor time. Fewer or shallower trees or fewer background rows would work, or a higher SHAP_MODEL_CHECK_SECONDS`
      : `loading and explaining the model took more than ${Math.round(checkMemoryBytes / 2 ** 20)} MB. A smaller model, a binary form of it (UBJSON, ONNX) or fewer background rows would work, or a higher SHAP_MODEL_CHECK_MEMORY_MB where there is memory for it`;
  return { reason, message };
}
