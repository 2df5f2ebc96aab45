/** Programs of a few lines that the tests run as services. */

/** Answers with its environment and its process id; `/health` is 200 unless a file `unhealthy` lies beside it. */
export const webProgram = `
import { existsSync } from "node:fs";
import { createServer } from "node:http";
const version = "1";
createServer((request, response) => {
  if (request.url === "/health") response.statusCode = existsSync("unhealthy") ? 503 : 200;
  response.end(JSON.stringify({ version, pid: process.pid, env: process.env, headers: request.headers }));
}).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("web listens"));
process.on("SIGTERM", () => { console.log("web got SIGTERM"); process.exit(0); });
`;

/** Runs until it is told to stop. */
export const workerProgram = `
console.log("worker", process.env.RENDER_INSTANCE_ID, "runs", process.env.RENDER_GIT_COMMIT);
const timer = setInterval(() => {}, 1000);
process.on("SIGTERM", () => { console.log("worker got SIGTERM"); clearInterval(timer); });
`;

/** A Blueprint's lines for a worker; `more` are further lines of it. */
export function workerEntry(name: string, startCommand = "node worker.mjs", more = ""): string {
  return `
  - type: worker
    name: ${name}
    runtime: node
    startCommand: ${startCommand}
    maxShutdownDelaySeconds: 60
${more}`;
}

export function webEntry(name: string, startCommand = "node web.mjs", more = ""): string {
  return `
  - type: web
    name: ${name}
    runtime: node
    startCommand: ${startCommand}
    healthCheckPath: /health
${more}`;
}

export function blueprint(...entries: string[]): string {
  return `services:${entries.join("")}`;
}
