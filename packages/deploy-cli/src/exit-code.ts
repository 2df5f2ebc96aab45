/** What the process says to the shell that started it. Public: scripts and CI branch on these. */
export const exitCode = {
  done: 0,
  unexpected: 1,
  /** The command line, render.yaml's path or an environment variable is wrong. */
  usage: 2,
  checkFailed: 3,
  deployFailed: 4,
  /** A newer deploy took the place of this one, or somebody cancelled it. */
  superseded: 5,
  timedOut: 6,
  verificationFailed: 7,
  /** Render said no: authentication, payment, or rate limit. */
  refused: 8,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
