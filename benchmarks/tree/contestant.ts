import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Longer than this a contestant is not waited for. */
const PATIENCE_SECONDS = 60;

/** What a contestant answers to a command; see peer.py. */
type Answer = { version?: string; compileSeconds?: number; seconds?: number; refused?: string };

/** One library explaining one case in a process of its own, so that none disturbs another's memory or threads. */
export class Contestant {
  version = "";
  /** Seconds to build the explainer, where the contestant tells. */
  compileSeconds: number | undefined;
  /** Why it does not take part, where it does not. */
  refused: string | undefined;
  private readonly answers: AsyncIterator<string>;

  private constructor(
    readonly name: string,
    private readonly child: ReturnType<typeof spawn>,
  ) {
    this.answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  /** Starts a contestant and waits until it is ready, or has refused the case. */
  static async start(name: string, command: string, args: string[]): Promise<Contestant> {
    const oneThread = {
      OMP_NUM_THREADS: "1",
      NUMBA_NUM_THREADS: "1",
      RAYON_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
    };
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ...oneThread },
    });
    const contestant = new Contestant(name, child);
    const { version, compileSeconds } = await contestant.nextAnswer();
    contestant.version = version ?? "";
    contestant.compileSeconds = compileSeconds;
    return contestant;
  }

  /** Explains the first `rows` rows once. @returns seconds, or NaN where it refused */
  async explain(rows: number, valuesFile?: string): Promise<number> {
    if (this.refused !== undefined) return Number.NaN;
    this.child.stdin!.write(`${JSON.stringify({ rows, values: valuesFile ?? null })}\n`);
    return (await this.nextAnswer()).seconds ?? Number.NaN;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin!.end();
    await exited;
  }

  private async nextAnswer(): Promise<Answer> {
    const patience = setTimeout(() => {
      this.refused = `no answer within ${PATIENCE_SECONDS} s`;
      this.child.kill("SIGKILL");
    }, PATIENCE_SECONDS * 1000);
    try {
      return await this.nextAnswerHoweverLate();
    } finally {
      clearTimeout(patience);
    }
  }

  private async nextAnswerHoweverLate(): Promise<Answer> {
    // Libraries print notices of their own to standard output; an answer is a line of JSON.
    for (;;) {
      const { value, done } = await this.answers.next();
      if (done) {
        this.refused ??= "the process ended without an answer";
        return {};
      }
      if (!value.startsWith("{")) continue;
      const answer = JSON.parse(value) as Answer;
      this.refused = answer.refused;
      return answer;
    }
  }
}
