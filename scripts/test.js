// `npm test`: everything, against real programs. Arguments go to jest: npm test -- packages/web
import { execa } from "execa";
import { ensureProgram } from "./system-packages.js";

const programs = ["redis-server", "chromium", "openssl"];

try {
  for (const program of programs) await ensureProgram(program);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const inherit = { stdio: "inherit", reject: false, preferLocal: true };
const build = await execa("turbo", ["run", "build", "--output-logs=errors-only"], inherit);
if (build.exitCode !== 0) process.exit(build.exitCode ?? 1);

// jest loads ES modules through Node's vm modules, which are still behind a flag.
const nodeOptions = [
  "--experimental-vm-modules",
  "--no-warnings=ExperimentalWarning",
  "--max-old-space-size=4096",
];
const jest = await execa(
  "node",
  [...nodeOptions, "node_modules/jest/bin/jest.js", ...process.argv.slice(2)],
  inherit,
);
process.exit(jest.exitCode ?? 1);
