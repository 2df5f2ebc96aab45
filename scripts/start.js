// `npm start`: the service on this computer, with the embedded queue and, where no models are, the bundled example.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { env } from "node:process";

const root = new URL("../", import.meta.url);
const web = fork(new URL("packages/web/dist/main.js", root), { env: { LOG_LEVEL: "warn", ...env } });

// However this script ends, also by an error, no service stays behind on the port.
process.on("exit", () => web.kill());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => web.kill("SIGTERM"));
web.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));

web.once("message", async ({ url }) => {
  // Open without a key, and told in full while Redis is away too.
  const { models } = await (await fetch(`${url}/health`)).json();
  console.log(`\nThe service is ready: ${url}\n`);
  if (models.some((model) => model.name === "mortgage" && model.fallback)) {
    console.log(`Explain a row of the example:\n\n${curlLine(url)}\n`);
  }
});

/** The first sample row, by names, as one line for a shell. */
function curlLine(url) {
  const [header, first] = readFileSync(new URL("examples/mortgage/sample.csv", root), "utf8").split("\n");
  const cells = first.split(",").map((cell) => (cell === "" ? null : Number(cell)));
  const row = Object.fromEntries(header.split(",").map((name, index) => [name, cells[index]]));
  const body = JSON.stringify({ rows: [row] });
  return `curl -s ${url}/v1/models/mortgage/explain ${keyHeader()}-H 'content-type: application/json' -d '${body}'`;
}

/** A key is never printed: the shell that is to run the line fills it in. */
function keyHeader() {
  if (env.SHAP_API_KEY) return '-H "Authorization: Bearer $SHAP_API_KEY" ';
  return env.SHAP_API_KEYS ? '-H "Authorization: Bearer YOUR-KEY" ' : "";
}
