// `npm start`: the service on this computer, with the embedded queue and, where no models are, the bundled example.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const web = fork(new URL("packages/web/dist/main.js", root), { env: { LOG_LEVEL: "warn", ...process.env } });

web.once("message", async ({ url }) => {
  const { models } = await (await fetch(`${url}/v1/models`)).json();
  console.log(`\nThe service is ready: ${url}\n`);
  if (models.some((model) => model.name === "mortgage" && model.fallback)) {
    console.log(`Explain a row of the example:\n\n${curlLine(url)}\n`);
  }
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => web.kill(signal));
web.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));

/** The first sample row, by names, as one line for a shell. */
function curlLine(url) {
  const [header, first] = readFileSync(new URL("examples/mortgage/sample.csv", root), "utf8").split("\n");
  const cells = first.split(",").map((cell) => (cell === "" ? null : Number(cell)));
  const row = Object.fromEntries(header.split(",").map((name, index) => [name, cells[index]]));
  const body = JSON.stringify({ rows: [row] });
  return `curl -s ${url}/v1/models/mortgage/explain -H 'content-type: application/json' -d '${body}'`;
}
