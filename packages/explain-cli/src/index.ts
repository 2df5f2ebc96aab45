export { exitCodes, UsageError } from "./exit-code.js";
export { type ExplainFileOptions, explainFile } from "./explain-file.js";
export { run } from "./program.js";
