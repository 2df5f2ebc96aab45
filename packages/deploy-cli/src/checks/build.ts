import { join } from "node:path";
import { execa } from "execa";
import type { LocalSystem } from "../commands/open-system.js";
import type { CommandContext } from "../terminal/console.js";
import { printableLine } from "../terminal/printable.js";
import { type Finding, Findings } from "./finding.js";

const shownLines = 3;

/** The repository's own build and tests, as `npm run build` and `npm test`. */
export async function checkBuild(
  { repository, file }: LocalSystem,
  { environment, signal, console }: CommandContext,
): Promise<Finding[]> {
  const findings = new Findings("build");
  // What is built and tested has no business with the keys.
  const { RENDER_API_KEY: _key, SHAP_API_KEY: _serviceKey, ...rest } = environment;
  for (const args of [["run", "build"], ["test"]]) {
    const command = `npm ${args.join(" ")}`;
    console.doing("check", command);
    const result = await execa("npm", args, {
      cwd: join(repository.folder, file, ".."),
      env: { PATH: process.env.PATH, ...rest },
      extendEnv: false,
      all: true,
      reject: false,
      cancelSignal: signal,
      stdin: "ignore",
    });
    signal.throwIfAborted();
    console.settle();
    if (result.exitCode === 0) {
      findings.pass(args.at(-1) ?? "", `${command} passes`);
      continue;
    }
    const lines = (result.all ?? "").trim().split("\n").slice(-shownLines).map(printableLine);
    findings.failure(args.at(-1) ?? "", {
      title: `${command} fails: ${lines.join(" / ").slice(0, 300)}`,
      why: "the same would fail on Render, or worse, pass there and be wrong",
      fix: command,
    });
    // Tests of what does not build tell nothing more.
    break;
  }
  return findings.list;
}
