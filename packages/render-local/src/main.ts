import { program } from "./command.js";
import { RenderLocalError } from "./errors.js";

try {
  await program().parseAsync();
} catch (error) {
  // What the user can mend is told in one message; anything else is a fault of ours and comes with its stack.
  console.error(error instanceof RenderLocalError || error instanceof RangeError ? error.message : error);
  process.exitCode = error instanceof RenderLocalError || error instanceof RangeError ? 2 : 1;
}
