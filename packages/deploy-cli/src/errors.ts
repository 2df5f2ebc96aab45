import { type ExitCode, exitCode } from "./exit-code.js";

export interface DeployToolErrorOptions {
  /** Stable and machine readable, like `no_render_yaml`. */
  code: string;
  exitCode?: ExitCode;
  /** The command to run or the line to write that gets the user out of it. */
  fix?: string;
  /** More lines for people, like the last lines of a service's log. */
  lines?: readonly string[];
  /** The same and more for programs. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** An end of a command that was foreseen: it says what, why, and the way out, and is shown without a stack. */
export class DeployToolError extends Error {
  override name = "DeployToolError";
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly fix: string | undefined;
  readonly lines: readonly string[];
  readonly details: Record<string, unknown> | undefined;

  constructor(message: string, options: DeployToolErrorOptions) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.exitCode = options.exitCode ?? exitCode.unexpected;
    this.fix = options.fix;
    this.lines = options.lines ?? [];
    this.details = options.details;
  }
}

/** A wrong command line, setting or file: nothing has been done. */
export function usageError(message: string, code: string, fix?: string): DeployToolError {
  return new DeployToolError(message, { code, fix, exitCode: exitCode.usage });
}
