import { run } from "./program.js";

// A reader that closes the pipe early, as `head` does, has what it wanted.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

// Not process.exit: what was written to a pipe must arrive.
process.exitCode = await run(process.argv.slice(2));
