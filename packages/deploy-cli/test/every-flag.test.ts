import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { createProgram } from "../src/program.js";

const folder = import.meta.dirname;
const program = createProgram("0.0.0", async () => {});
const commands = new Map(program.commands.map((command) => [command.name(), command]));

/** The command lines in the tests: a command's name in quotes, and the strings that follow it in the same list. */
function testedCommandLines(): string[][] {
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts") && !path.startsWith("every-flag"))
    .map((path) => readFileSync(join(folder, path), "utf8"));
  const names = [...commands.keys()].join("|");
  const line = new RegExp(`"(?:${names})"(?:,\\s*(?:"[^"]*"|[\\w.]+(?:\\([^)]*\\))?))*`, "g");
  return sources.flatMap((source) =>
    [...source.matchAll(line)].map(([text]) => [...text.matchAll(/"([^"]*)"/g)].map(([, word]) => word)),
  );
}

const lines = testedCommandLines();
const flags = [...commands].flatMap(([name, command]) =>
  command.options.map(({ long, short }): [string, string, string[]] => [
    name,
    long ?? "",
    [long, short].filter((form) => form != null),
  ]),
);

it.each(flags)("%s %s is exercised by a test", (name, _long, forms) => {
  const tested = lines.some(
    ([command, ...words]) => command === name && words.some((word) => forms.includes(word)),
  );
  expect(tested).toBe(true);
});

it.each(flags)("%s %s is told in the command's help", (name, long) => {
  expect(commands.get(name)?.helpInformation()).toContain(long);
});

it.each([
  [
    "RENDER-DEPLOYMENT-GUIDE",
    ["pull_request", "push"],
    ["check --local --strict", "deploy --on-failure rollback"],
  ],
  ["DEPLOYMENT-VERIFICATION-GUIDE", ["schedule"], ["verify --redis-seconds 5", "fix-collision"]],
])("docs/%s.md has a GitHub Actions workflow that runs on %j", (guide, events, runs) => {
  const text = readFileSync(join(folder, `../../../docs/${guide}.md`), "utf8");
  const [, source] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
  const workflow = parse(source);
  expect(Object.keys(workflow.on)).toEqual(events);
  const steps = Object.values(workflow.jobs as Record<string, { steps: { run?: string }[] }>).flatMap(
    (job) => job.steps,
  );
  for (const run of runs)
    expect(steps.some((step) => step.run?.includes(`npx shap-deploy ${run}`))).toBe(true);
});

const guides = ["RENDER-DEPLOYMENT-GUIDE", "DEPLOYMENT-VERIFICATION-GUIDE", "WORKER-COLLISION-RESOLUTION"];

it.each(guides)("every shap-deploy line in docs/%s.md is one that the program takes", async (guide) => {
  const text = readFileSync(join(folder, `../../../docs/${guide}.md`), "utf8");
  const shown = [...text.matchAll(/(?:npx shap-deploy|^shap-deploy) ([a-z][^\n`#]*)/gm)].map(([, words]) =>
    words.trim(),
  );
  expect(shown.length).toBeGreaterThan(2);
  for (const words of shown) {
    const silent = createProgram("0.0.0", async () => {});
    for (const command of [silent, ...silent.commands])
      command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    await silent.parseAsync(words.split(/\s+/), { from: "user" });
  }
});
