// npm run bench:memory: 1,000,000 rows × 30 features through a 500-tree model in batches; the peak resident memory.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { cacheFolder } from "./prepare.js";
import { syntheticModel } from "./synthetic-model.js";

const model = join(cacheFolder, "memory-model.json");
mkdirSync(cacheFolder, { recursive: true });
writeFileSync(
  model,
  JSON.stringify(syntheticModel({ depth: 6, trees: 500, features: 30, trainingRows: 10_000 })),
);
await execa(process.execPath, [join(import.meta.dirname, "memory-run.js"), model], { stdio: "inherit" });
