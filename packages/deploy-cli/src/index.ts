export { checkBlueprint } from "./checks/blueprint/check-blueprint.js";
export type { Finding, Level } from "./checks/finding.js";
export { DeployToolError } from "./errors.js";
export { type ExitCode, exitCode } from "./exit-code.js";
