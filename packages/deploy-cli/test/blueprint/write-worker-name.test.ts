import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { BlueprintText } from "../../src/blueprint/read-blueprint.js";
import { writeWorkerName } from "../../src/blueprint/write-worker-name.js";

const text = readFileSync(join(import.meta.dirname, "../../../../render.yaml"), "utf8");
const old = /shap-worker-\d{14}/;
const next = "shap-worker-20301231235959";

it("changes the one name and nothing else in the project's render.yaml", () => {
  expect(writeWorkerName(text, next)).toBe(text.replace(old, next));
});

it.each([
  ["Windows line ends", (yaml: string) => yaml.replaceAll("\n", "\r\n")],
  ["a byte order mark", (yaml: string) => `\ufeff${yaml}`],
  ["double quotes", (yaml: string) => yaml.replace(old, '"$&"')],
  ["single quotes", (yaml: string) => yaml.replace(old, "'$&'")],
  ["a comment behind the name", (yaml: string) => yaml.replace(old, "$&   # not me: $&")],
  ["no line end at the end", (yaml: string) => yaml.trimEnd()],
  ["a tag", (yaml: string) => yaml.replace(old, "!!str $&")],
  ["wide spaces", (yaml: string) => yaml.replace(/name: (shap-worker)/, "name:      $1")],
])("keeps %s", (_what, change) => {
  const changed = change(text);
  expect(writeWorkerName(changed, next)).toBe(changed.replace(old, next));
});

it("keeps every layout of a flow mapping", () => {
  const yaml = "services: [ {type: worker, name: a-worker-11242026 , plan: starter}, ] # end\n";
  expect(writeWorkerName(yaml, "a-worker-20301231235959")).toBe(
    "services: [ {type: worker, name: a-worker-20301231235959 , plan: starter}, ] # end\n",
  );
});

it("keeps arbitrary comments and blank lines, for arbitrary stamps", () => {
  const comment = fc.stringMatching(/^[ -~äöü😀]{0,40}$/u).map((words) => `# ${words}`);
  const filler = fc.array(fc.oneof(comment, fc.constant(""), fc.constant("   ")), { maxLength: 4 });
  const stamp = fc.integer({ min: 10 ** 13, max: 10 ** 14 - 1 });
  fc.assert(
    fc.property(filler, filler, filler, stamp, (before, between, after, number) => {
      const lines = [
        ...before,
        "services:",
        ...between,
        "  - type: worker",
        "    name: a-worker",
        ...after,
        "",
      ];
      const yaml = lines.join("\n");
      const name = `a-worker-${number}`;
      const changed = writeWorkerName(yaml, name);
      expect(changed).toBe(yaml.replace("    name: a-worker\n", `    name: ${name}\n`));
      expect(new BlueprintText(changed).read()).toMatchObject({ blueprint: { services: [{ name }] } });
    }),
  );
});

it.each([
  ["an alias", "x: &n a-worker\n", /Render knows no field x/],
  ["an anchor on the name", "", /anchor or alias/],
])("refuses %s", (_what, head, message) => {
  const yaml = `${head}services:\n  - type: worker\n    name: ${head ? "*n" : "&n a-worker"}\n`;
  expect(() => writeWorkerName(yaml, next)).toThrow(message);
});

it("refuses a file without a worker", () => {
  expect(() => writeWorkerName("services: [{type: web, name: a}]", next)).toThrow(
    /no service of type worker/,
  );
});
