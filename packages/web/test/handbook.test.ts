import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startService } from "./service.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The blocks of a page that a shell is to run, one after the other. */
const commandsOf = (page: string): string =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```sh\n(.*?)^```/gms)]
    .map(([, block]) => block)
    .join("\n");

describe("docs/api.md", () => {
  it("has only lines that work, in their order", async () => {
    const folder = mkdtempSync(join(tmpdir(), "shap-models-"));
    const service = await startService({ SHAP_MODEL_DIR: folder });
    const commands = commandsOf("docs/api.md").replaceAll("localhost:3000", new URL(service.url).host);
    const strict = 'set -e; curl() { command curl --fail-with-body "$@"; }';
    try {
      const { stdout, stderr } = await promisify(execFile)("sh", ["-c", `${strict}\n${commands}`], {
        cwd: root,
      });
      expect(stderr).toBe("");
      expect(stdout).toContain("event: completed");
      expect(stdout.match(/<svg /g)).toHaveLength(2);
      expect(stdout).toMatch(/^reason_1,/m);
    } finally {
      await service.close();
      rmSync(folder, { recursive: true });
    }
  });
});
