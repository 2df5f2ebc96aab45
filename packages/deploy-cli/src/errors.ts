import { type ExitCode, exitCode } from "./exit-code.js";

export interface DeployToolErrorOptions {
  /** Stable and machine readable, like `no_render_yaml`. */
  code: string;
  exitCode?: ExitCode;
  /** The command to run or the line to write that gets the user out of it. */
  fix?: string;
  cause?: unknown;
}

/** An end of a command that was foreseen: it says what, why, and the way out, and is shown without a stack. */
export class DeployToolError extends Error {
  override name = "DeployToolError";
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly fix: string | undefined;

  constructor(message: string, options: DeployToolErrorOptions) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.exitCode = options.exitCode ?? exitCode.unexpected;
    this.fix = options.fix;
  }
}

/** A wrong command line, setting or file: nothing has been done. */
export function usageError(message: string, code: string, fix?: string): DeployToolError {
  return new DeployToolError(message, { code, fix, exitCode: exitCode.usage });
}
