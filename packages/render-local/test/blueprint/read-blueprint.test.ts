import { describe, expect, it } from "@jest/globals";
import { formatProblem, readBlueprint } from "../../src/blueprint/read-blueprint.js";

const worker = (more: string): string => `services:
  - type: worker
    name: crew
    runtime: node
    startCommand: node worker.js
${more}`;

const problems = (text: string): string[] => {
  const reading = readBlueprint(text);
  return reading.valid ? [] : reading.problems.map(formatProblem);
};

describe("readBlueprint", () => {
  it("fills in Render's defaults", () => {
    const reading = readBlueprint(worker(""));
    expect(reading.valid && reading.blueprint.services[0]).toMatchObject({
      plan: "starter",
      region: "oregon",
      numInstances: 1,
      maxShutdownDelaySeconds: 30,
      envVars: [],
    });
  });

  it("takes numbers and truth values of variables as text", () => {
    const text = worker("    envVars: [{ key: A, value: 1.5 }, { key: B, value: true }]\n");
    const reading = readBlueprint(text);
    expect(reading.valid && reading.blueprint.services[0]).toMatchObject({
      envVars: [{ value: "1.5" }, { value: "true" }],
    });
  });

  it.each([
    ["broken YAML", "services: [", /\(line 1\)/],
    ["an unknown field", worker("    startCmd: x\n"), /services\[0\]: .*startCmd.* \(line 2\)/],
    ["an unknown plan", worker("    plan: huge\n"), /services\[0\]\.plan: one of free, starter.* \(line 6\)/],
    ["a free worker", worker("    plan: free\n"), /a worker has no free plan; use starter \(line 6\)/],
    ["a delay over the limit", worker("    maxShutdownDelaySeconds: 301\n"), /maxShutdownDelaySeconds.*300/],
    ["a group that is not there", worker("    envVars: [{ fromGroup: x }]\n"), /no environment group x/],
    [
      "a variable without a value",
      worker("    envVars: [{ key: A }]\n"),
      /envVars\[0\]: one of \{key, value\}/,
    ],
    [
      "a worker's host",
      worker("    envVars: [{ key: A, fromService: { name: b, type: worker, property: host } }]\n"),
      /a worker takes no connections/,
    ],
    [
      "both property and variable",
      worker(
        "    envVars: [{ key: A, fromService: { name: b, type: web, property: host, envVarKey: C } }]\n",
      ),
      /envVars\[0\]/,
    ],
    ["a Key Value instance without ipAllowList", "services: [{ type: keyvalue, name: a }]", /ipAllowList/],
    [
      "a kind that is not emulated",
      "services: [{ type: cron, name: a }]",
      /static sites and cron jobs are not/,
    ],
    ["a database", "databases: [{ name: a }]", /databases/],
    ["a name used twice", `${worker("")}  - { type: keyvalue, name: crew, ipAllowList: [] }\n`, /used twice/],
  ])("refuses %s and says where", (_what, text, message) => {
    expect(problems(text).join("\n")).toMatch(message);
  });
});
