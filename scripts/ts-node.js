// Lets Node run the benchmarks' TypeScript as ES modules: node --import ./scripts/ts-node.js benchmarks/tree/peers.ts
import { register } from "node:module";
import { fileURLToPath } from "node:url";

process.env.TS_NODE_PROJECT ??= fileURLToPath(new URL("../benchmarks/tsconfig.json", import.meta.url));
// Types are checked by `npm run types`.
process.env.TS_NODE_TRANSPILE_ONLY ??= "true";
register("ts-node/esm", import.meta.url);
