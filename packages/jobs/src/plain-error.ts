import { types } from "node:util";

export interface PlainError {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string;
  readonly cause?: PlainError;
}

/**
 * What a log line tells of an error: these fields and no other. Errors of Redis carry the command that failed with all
 * its arguments, which may be rows of a job or a password.
 */
export function plainError(error: unknown): PlainError {
  if (!types.isNativeError(error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...("code" in error ? { code: error.code } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: plainError(cause) }),
  };
}
