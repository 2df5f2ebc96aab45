import { readSync, writeFileSync } from "node:fs";
import type { CheckOutcome } from "./check-outcome.js";

// The process that checks one uploaded model, so that a file that takes all memory or time takes only this process
// with it. Arguments: the model's name, the lengths of its file and of its background (0: none), whose bytes come one
// after the other on stdin. Tells its outcome once, by process.send.

preferDeath();
const [name = "", fileLength = "0", backgroundLength = "0"] = process.argv.slice(2);
const file = readBytes(Number(fileLength));
const background = backgroundLength === "0" ? undefined : readBytes(Number(backgroundLength));
process.send!(await outcome());
process.disconnect();

async function outcome(): Promise<CheckOutcome> {
  const { refusalOf } = await import("./check-outcome.js");
  const { proveModel } = await import("./prove-model.js");
  try {
    return { summary: proveModel(name, file, background) };
  } catch (error) {
    return { refusal: refusalOf(error, background !== undefined) };
  }
}

/** Where the machine runs out of memory, Linux ends this process and not the service. */
function preferDeath(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Not on this system.
  }
}

/** Straight into one buffer: what the check takes is what serving the model will take. */
function readBytes(length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let filled = 0; filled < length; ) {
    const count = readSync(0, bytes, filled, length - filled, null);
    if (count === 0) throw new Error("the bytes to check ended early");
    filled += count;
  }
  return bytes;
}
