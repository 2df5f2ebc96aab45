import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { cases } from "./cases.js";

const here = import.meta.dirname;
/** Everything made by a run; ignored by git. */
export const cacheFolder = join(here, "..", ".cache", "tree");
const venv = join(here, "..", ".venv");
export const python = join(venv, "bin", "python");
export const peerScript = join(here, "python", "peer.py");

/** Makes the Python environment with the newest peers, and trains the models; what is there already is kept. */
export async function prepare(): Promise<void> {
  await makeEnvironment();
  const list = JSON.stringify(cases);
  const listFile = join(cacheFolder, "cases.json");
  if (existsSync(listFile) && readFileSync(listFile, "utf8") === list) return;
  mkdirSync(cacheFolder, { recursive: true });
  const draft = join(cacheFolder, "cases.draft.json");
  writeFileSync(draft, list);
  await execa(python, [join(here, "python", "train.py"), cacheFolder, draft], { stdio: "inherit" });
  writeFileSync(listFile, list);
}

async function makeEnvironment(): Promise<void> {
  const marker = join(venv, "complete");
  const requirements = join(here, "python", "requirements.txt");
  if (existsSync(marker) && readFileSync(marker, "utf8") === readFileSync(requirements, "utf8")) return;
  console.error("making a Python environment with the newest peers");
  await execa("python3", ["-m", "venv", venv], { stdio: "inherit" });
  const pip = (args: string[], reject = true) =>
    execa(python, ["-m", "pip", "install", "--quiet", ...args], { stdio: "inherit", reject });
  await pip(["--upgrade", "pip"]);
  await pip(["-r", requirements]);
  await pip(["--ignore-requires-python", "--no-deps", "xgboost>=3.3"]);
  // These two are built from source; where that fails the run goes on without them and says so.
  await pip(["--ignore-requires-python", "--no-deps", "shapiq>=1.8"], false);
  await pip(["--no-build-isolation", "--no-deps", "fasttreeshap"], false);
  writeFileSync(marker, readFileSync(requirements, "utf8"));
}
