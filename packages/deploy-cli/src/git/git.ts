import { execa } from "execa";
import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { printable } from "../terminal/printable.js";

/** What a git command ended with, when it did not end well. */
export class GitError extends DeployToolError {
  override name = "GitError";
  constructor(
    command: string,
    readonly said: string,
    cause: unknown,
  ) {
    const line = printable(withoutCredentials(said.trim())) || "it said nothing";
    super(`git ${command} failed: ${line}`, { code: "git", exitCode: exitCode.unexpected, cause });
  }
}

export interface GitOptions {
  /** What the command reads, like a commit message: it never stands among the arguments. */
  input?: string;
  signal?: AbortSignal;
  environment?: Record<string, string>;
}

/**
 * Runs git with an array of arguments, never through a shell, and gives its stdout without the last newline.
 *
 * @throws GitError with what git said, credentials taken out
 */
export async function git(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  const result = await execa("git", args, {
    cwd: folder,
    input: options.input,
    cancelSignal: options.signal,
    reject: false,
    // Hooks have no business with the keys.
    // A question for a password would wait for ever where nobody sits; messages are read, so they stay English.
    env: {
      RENDER_API_KEY: undefined,
      SHAP_API_KEY: undefined,
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
      ...options.environment,
    },
    stdin: options.input === undefined ? "ignore" : "pipe",
  });
  if (result.failed || result.exitCode !== 0) {
    options.signal?.throwIfAborted();
    throw new GitError(args[0], result.stderr || result.shortMessage || "", undefined);
  }
  return result.stdout;
}

/** Addresses as people may see them: `https://user:token@host` loses its middle. */
export function withoutCredentials(text: string): string {
  return text.replace(/(\w+:\/\/)[^\s/@]+@/g, "$1");
}
