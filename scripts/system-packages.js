// Programs the tests use that are no npm packages. Where one is missing it is installed through the system's
// package manager when that is allowed, else one line says how to get it.
import { execa } from "execa";

const aptPackages = { "redis-server": "redis-server", chromium: "chromium", openssl: "openssl" };
/** What makes a program say its version and end, where it is not `--version`. */
const versionArguments = { openssl: ["version"] };

/** Makes sure that `program` is on the PATH; throws an error with the line to type where it cannot be had. */
export async function ensureProgram(program) {
  if (await isOnPath(program)) return;
  const packageName = aptPackages[program] ?? program;
  const mayInstall = process.platform === "linux" && process.getuid?.() === 0 && (await isOnPath("apt-get"));
  if (mayInstall) {
    console.log(`${program} is missing: installing the Debian package ${packageName}`);
    const apt = { env: { DEBIAN_FRONTEND: "noninteractive" }, reject: false, all: true };
    await execa("apt-get", ["update", "-q"], apt);
    const { all } = await execa(
      "apt-get",
      ["install", "-y", "-q", "--no-install-recommends", packageName],
      apt,
    );
    if (await isOnPath(program)) return;
    throw new Error(`${program} could not be installed by apt-get: ${lastLine(all)}`);
  }
  const line =
    process.platform === "darwin"
      ? `brew install ${brewName(program)}`
      : `sudo apt-get install ${packageName}`;
  throw new Error(`${program} is missing and the tests need it. Install it with: ${line}`);
}

async function isOnPath(program) {
  const { failed } = await execa(program, versionArguments[program] ?? ["--version"], {
    reject: false,
    stdio: "ignore",
  });
  return !failed;
}

function brewName(program) {
  return program === "redis-server" ? "redis" : program;
}

function lastLine(text) {
  return (text ?? "").trim().split("\n").at(-1);
}
