import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

const benchmarks = join(import.meta.dirname, "..");
const venv = join(benchmarks, ".venv-service");
export const pythonFolder = join(import.meta.dirname, "python");
/** A program of the Python environment. */
export const inEnvironment = (program: string): string => join(venv, "bin", program);
/** Where PYTHONPATH finds the newest XGBoost before the environment's own. */
export const newestXgboostFolder = join(venv, "newest-xgboost");

/** Makes the reference's Python environment; what is there already is kept. */
export async function makeServiceEnvironment(): Promise<void> {
  const requirements = join(pythonFolder, "requirements.txt");
  const newest = join(pythonFolder, "requirements-newest-xgboost.txt");
  const wanted = readFileSync(requirements, "utf8") + readFileSync(newest, "utf8");
  const marker = join(venv, "complete");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  console.error("making the Python environment of the reference");
  await execa("python3", ["-m", "venv", "--clear", venv], { stdio: "inherit" });
  const pip = (...args: string[]) =>
    execa(inEnvironment("python"), ["-m", "pip", "install", "--quiet", ...args], { stdio: "inherit" });
  await pip("-r", requirements);
  const anyPython = ["--ignore-requires-python", "--no-deps"];
  await pip(...anyPython, "--target", newestXgboostFolder, "-r", newest);
  writeFileSync(marker, wanted);
}
