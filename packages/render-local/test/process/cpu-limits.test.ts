import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { CpuLimits } from "../../src/process/cpu-limits.js";
import { blueprint, workerEntry } from "../fixture-services.js";
import { startStack, until } from "../stack.js";

/** Where the control group of a process lies, of the version 2 or of the processor's controller of version 1. */
function groupOf(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
  const version1 = lines.find((line) => line.split(":")[1].split(",").includes("cpu"));
  const line = version1 ?? lines.find((one) => one.startsWith("0::"));
  return `/sys/fs/cgroup${version1 ? "/cpu" : ""}${line?.split(":").slice(2).join(":")}`;
}

describe("an instance's share of the processor", () => {
  it("is its plan's where control groups allow it, and is free elsewhere", async () => {
    const limits = await CpuLimits.open(true);
    const { inEffect } = limits;
    await limits.close();
    const { local } = await startStack(blueprint(workerEntry("crew")), { cpuLimits: true });
    await local.whenLive();
    const [instance] = local.service("crew").fleet.instances;
    if (!inEffect) {
      expect(instance.state).toBe("up");
      return;
    }
    const group = await until("it is in its group", () => {
      const found = groupOf(instance.pid as number);
      return found.endsWith(instance.id) && found;
    });
    const file = existsSync(`${group}/cpu.max`) ? "cpu.max" : "cpu.cfs_quota_us";
    expect(readFileSync(`${group}/${file}`, "utf8").split(/\s/)[0]).toBe("50000");
    await local.stop();
    expect(existsSync(group)).toBe(false);
  });

  it("leaves no group for good when its owner is killed: the next one removes it", async () => {
    const first = await CpuLimits.open(true);
    const { folder } = first;
    await first.close();
    // No process has this id: Linux counts to four million at most.
    const abandoned = folder?.replace(/render-local-\d+-/, "render-local-99999999-");
    if (abandoned) await mkdir(join(abandoned, "instance"), { recursive: true });
    const second = await CpuLimits.open(true);
    await second.close();
    expect(second.inEffect).toBe(abandoned !== undefined);
    expect(abandoned !== undefined && existsSync(abandoned)).toBe(false);
  });
});
