import { execa } from "execa";
import { RenderLocalError } from "../errors.js";

/**
 * Runs git and gives what it printed. The caller's own GIT_* variables are left out: inside a git hook they would
 * turn every command to the hook's repository.
 */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_")));
  const result = await execa("git", ["-c", "safe.directory=*", "-C", folder, ...args], {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  if (result.exitCode === 0) return result.stdout;
  const why = result.stderr?.trim() || result.message;
  throw new RenderLocalError(`git ${args.join(" ")} failed in ${folder}: ${why}`);
}
