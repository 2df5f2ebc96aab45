// Lets Node run TypeScript files as ES modules: node --import ./scripts/ts-node.js file.ts
import { register } from "node:module";

process.env.TS_NODE_TRANSPILE_ONLY ??= "true";
register("ts-node/esm", import.meta.url);
