// One command line in a process of its own, as main.ts runs it, but for the time: Render's waits are scaled as in
// render-local.
import { run } from "../../dist/run.js";

process.exitCode = await run(process.argv.slice(2), {
  folder: process.cwd(),
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
  version: "0.0.0-test",
  timeScale: Number(process.env.TEST_TIME_SCALE),
});
