import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Fault } from "./faults.js";
import { faultHelp, parseFault } from "./parse-fault.js";
import type { Isolation } from "./process/running-process.js";
import { up } from "./up.js";

export interface UpFlags {
  repo: string;
  branch?: string;
  port: number;
  apiPort: number;
  apiKey?: string;
  timeScale: number;
  isolation: Isolation;
  overlap: "wait" | "override";
  autoSync: boolean;
  payment: boolean;
  cpuLimits: boolean;
  rateLimits: boolean;
  data?: string;
  env: Record<string, string>;
  fault: Fault[];
  plain: boolean;
}

/** The `render-local` command. */
export function program(): Command {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const command = new Command("render-local")
    .description("Render on this computer: runs a Blueprint as real processes and serves Render's REST API.")
    .version(version)
    .showHelpAfterError();
  command
    .command("up")
    .description("start everything in a Blueprint; Ctrl-C stops it again")
    .argument("[render.yaml]", "the Blueprint's path in the repository", "render.yaml")
    .option("--repo <folder>", "the git repository; its commits are deployed", ".")
    .option("--branch <name>", "the branch the Blueprint follows (default: the one checked out)")
    .option(
      "--port <number>",
      "port of the first web service; the next one gets the next",
      portNumber,
      10_000,
    )
    .option("--api-port <number>", "port of the REST API; 0 takes any free one", portNumber, 0)
    .option("--api-key <key>", "the key the API takes (default: a random one, shown at the start)")
    .option("--time-scale <factor>", "real seconds per second of Render's time", Number, 0.05)
    .addOption(
      new Option("--isolation <kind>", "namespaces: process ids repeat as in containers (Linux, root)")
        .choices(["namespaces", "process"])
        .default("process"),
    )
    .addOption(
      new Option("--overlap <policy>", "what a newer deploy does to the one in progress")
        .choices(["wait", "override"])
        .default("wait"),
    )
    .option("--no-auto-sync", "pushes do not sync the Blueprint")
    .option("--no-payment", "the workspace has no payment information: paid plans are refused")
    .option("--no-cpu-limits", "instances may use more processor than their plan has")
    .option("--no-rate-limits", "the API never answers 429")
    .option("--data <folder>", "keep Key Value data here (default: thrown away at the end)")
    .option("--env <KEY=VALUE>", "value of a `sync: false` variable; repeatable", addVariable, {})
    .option("--fault <fault>", `something to go wrong; repeatable: ${faultHelp}`, addFault, [])
    .option("--plain", "lines only, no table, also on a terminal", false)
    .action((blueprint: string, flags: UpFlags) => up(blueprint, flags));
  return command;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("a port is a whole number from 0 to 65535.");
}

function addVariable(text: string, before: Record<string, string>): Record<string, string> {
  const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError("write it as KEY=VALUE.");
  return { ...before, [key]: value };
}

function addFault(text: string, before: Fault[]): Fault[] {
  try {
    return [...before, parseFault(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
