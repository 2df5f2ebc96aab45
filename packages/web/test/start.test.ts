import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "../../jobs/test/until.js";
import { NodeProcess } from "./node-process.js";

describe("npm start", () => {
  it("prints its address and a line that explains a real row", async () => {
    const service = NodeProcess.start("scripts/start.js", { PORT: "0" });
    const [curl] = await service.says(/^curl .*$/m);
    const { stdout } = await promisify(execFile)("sh", ["-c", curl]);
    const { baseValues, values, predictions } = JSON.parse(stdout) as {
      baseValues: number[];
      values: number[][];
      predictions: number[][];
    };
    expect(values[0]!.reduce((a, b) => a + b, baseValues[0]!)).toBeCloseTo(predictions[0]![0]!, 9);
    expect(await service.stop()).toBe(0);
  });

  it("prints a line with the key left to the shell where there is one", async () => {
    const env = { PORT: "0", SHAP_API_KEY: "adminkey-0123456789" };
    const service = NodeProcess.start("scripts/start.js", env);
    const [curl] = await service.says(/^curl .*$/m);
    expect(curl).not.toContain(env.SHAP_API_KEY);
    const { stdout } = await promisify(execFile)("sh", ["-c", curl], { env: { ...process.env, ...env } });
    expect(JSON.parse(stdout)).toMatchObject({ model: { name: "mortgage" } });
    expect(await service.stop()).toBe(0);
  });

  it.each(["SIGTERM", "SIGHUP", "SIGKILL"] as const)(
    "leaves nothing on the port after %s",
    async (signal) => {
      const service = NodeProcess.start("scripts/start.js", { PORT: "0" });
      const [, url] = await service.says(/ready: (\S+)/);
      await service.stop(signal);
      await until(() =>
        fetch(`${url}/live`).then(
          () => false,
          () => true,
        ),
      );
    },
  );

  it.each([
    ["a wrong variable", { PORT: "no", LOG_LEVEL: "loud" }, /PORT.*LOG_LEVEL/],
    [
      "a host that is none and a wrong variable",
      { HOST: "nowhere.invalid", LOG_LEVEL: "loud" },
      /LOG_LEVEL.*HOST/,
    ],
    [
      "a host of another computer",
      { PORT: "0", HOST: "192.0.2.1" },
      /^HOST: 192.0.2.1 is no address of this/,
    ],
    [
      "a model folder that is not there",
      { PORT: "0", SHAP_MODEL_DIR: "/nowhere/at/all" },
      /\/nowhere\/at\/all/,
    ],
    [
      "a model folder that is a file",
      { PORT: "0", SHAP_MODEL_DIR: process.execPath },
      /SHAP_MODEL_DIR.*ENOTDIR/,
    ],
  ])("stops on %s in one line", async (_what, env, line) => {
    const service = NodeProcess.start("scripts/start.js", env);
    expect(await service.exited()).not.toBe(0);
    expect(service.stderr).toMatch(line);
    expect(service.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("stops on a port in use in one line", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const service = NodeProcess.start("scripts/start.js", { PORT: String(port), LOG_LEVEL: "error" });
    expect(await service.exited()).not.toBe(0);
    expect(service.stderr.trim()).toBe(`PORT: ${port} on 127.0.0.1 is in use`);
    other.close();
  });

  it("says once how to bring a model where there is none, and answers so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "shap-models-"));
    const env = { PORT: "0", SHAP_MODEL_DIR: folder, SHAP_ALLOW_FALLBACK_MODEL: "false" };
    const service = NodeProcess.start("packages/web/dist/main.js", env);
    const [, url] = await service.says(/"url":"([^"]+)"/);
    expect(service.stdout.match(/"level":"warn".*SHAP_MODEL_DIR.*\/v1\/models\/NAME/g)).toHaveLength(1);
    for (const path of ["/v1/jobs", "/v1/jobs?model=risk"]) {
      const response = await fetch(url + path, {
        method: "POST",
        headers: { "content-type": "text/csv" },
        body: "a\n1\n",
      });
      const problem = (await response.json()) as Record<string, unknown>;
      expect([response.status, problem.code]).toEqual([404, "model-not-found"]);
      expect(problem.detail).toMatch(/PUT one to \/v1\/models\/NAME.*SHAP_MODEL_DIR/);
    }
    await service.stop();
    rmSync(folder, { recursive: true });
  });

  it("serves the other models beside one that is cut off, and says where that is broken", async () => {
    const folder = mkdtempSync(join(tmpdir(), "shap-models-"));
    const example = readFileSync(new URL("../../../examples/mortgage/model.json", import.meta.url));
    writeFileSync(join(folder, "good.json"), example);
    writeFileSync(join(folder, "torn.json"), example.subarray(0, 5000));
    chmodSync(folder, 0o755);
    const service = NodeProcess.start("packages/web/dist/main.js", { PORT: "0", SHAP_MODEL_DIR: folder });
    const [, url] = await service.says(/"url":"([^"]+)"/);
    const body = JSON.stringify({ rows: [{}] });
    const explain = (name: string) =>
      fetch(`${url}/v1/models/${name}/explain`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    const torn = await explain("torn");
    expect(torn.status).toBe(422);
    expect(((await torn.json()) as { detail: string }).detail).toMatch(/^torn\.json: /);
    expect((await explain("good")).status).toBe(200);
    expect(await service.stop()).toBe(0);
    rmSync(folder, { recursive: true });
  });
});

describe("npm run worker", () => {
  it("says that it needs Redis where none is given", async () => {
    const worker = NodeProcess.start("packages/worker/dist/main.js");
    expect(await worker.exited()).toBe(1);
    expect(worker.stderr).toMatch(/^REDIS_URL: .*\n$/);
  });
});
