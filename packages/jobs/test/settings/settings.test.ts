import { hostProblems } from "../../src/settings/host.js";
import { readSettings, SettingsError } from "../../src/settings/settings.js";

const messageOf = (env: Record<string, string>): string => {
  try {
    readSettings(env);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error("expected a SettingsError");
};

describe("the settings", () => {
  it("have the documented defaults", () => {
    expect(readSettings({})).toMatchObject({
      port: 3000,
      redis: undefined,
      memory: { limitBytes: 475 * 1_048_576, watch: true, aggressive: false },
      maxBatchSize: 500,
      maxSyncRows: 1000,
      modelDir: "./models",
      modelDirIsGiven: false,
      allowFallbackModel: true,
      jobTtlSeconds: 86_400,
      logLevel: "info",
    });
  });

  it("count an empty variable as not set", () => {
    expect(readSettings({ PORT: "", REDIS_URL: "  " })).toMatchObject({ port: 3000, redis: undefined });
  });

  it("read Redis's variables in seconds", () => {
    const env = { REDIS_URL: "rediss://h:1", REDIS_TIMEOUT: "2.5", REDIS_HEALTH_CHECK_INTERVAL: "5" };
    expect(readSettings(env).redis).toEqual({
      url: "rediss://h:1",
      timeoutMs: 2500,
      keepAlive: true,
      healthCheckMs: 5000,
    });
  });

  it("allow the fallback model outside of production only, unless told", () => {
    expect(readSettings({ NODE_ENV: "production" }).allowFallbackModel).toBe(false);
    expect(
      readSettings({ NODE_ENV: "production", SHAP_ALLOW_FALLBACK_MODEL: "true" }).allowFallbackModel,
    ).toBe(true);
    expect(readSettings({ SHAP_ALLOW_FALLBACK_MODEL: "no" }).allowFallbackModel).toBe(false);
  });

  it("read keys with their roles", () => {
    const digest = "A".repeat(64);
    const other = "0".repeat(64);
    expect(readSettings({ SHAP_API_KEYS: `ci:write:${digest}, ops:admin:${other}` }).apiKeys).toEqual([
      { name: "ci", role: "write", sha256: "a".repeat(64) },
      { name: "ops", role: "admin", sha256: other },
    ]);
  });

  it("name every wrong variable in one line", () => {
    const message = messageOf({
      PORT: "http",
      REDIS_URL: "http://x",
      SHAP_MAX_BATCH_SIZE: "0",
      LOG_LEVEL: "loud",
      SHAP_ALLOW_FALLBACK_MODEL: "perhaps",
    });
    for (const name of [
      "PORT",
      "REDIS_URL",
      "SHAP_MAX_BATCH_SIZE",
      "LOG_LEVEL",
      "SHAP_ALLOW_FALLBACK_MODEL",
    ]) {
      expect(message).toContain(`${name}: expected`);
    }
    expect(message).not.toContain("\n");
  });

  it.each([
    ["HOST", "http://0.0.0.0"],
    ["HOST", "0.0.0.0:3000"],
    ["HOST", "a b"],
    ["SHAP_MODEL_DIR", "/nowhere/at/all"],
    ["SHAP_MODEL_DIR", process.execPath],
    ["SHAP_API_KEY", "seven77"],
    ["SHAP_API_KEY", "with a space"],
    ["SHAP_API_KEY", "schlüssel-1234"],
    ["REDIS_URL", "redis://localhost:6379/mine"],
    ["REDIS_URL", "redis://localhost:6379/0/1"],
    ["REDIS_URL", "redis://"],
    ["SHAP_API_KEYS", `a:read:${"1".repeat(64)},a:write:${"2".repeat(64)}`],
    ["SHAP_API_KEYS", `a:read:${"c".repeat(64)},b:write:${"C".repeat(64)}`],
  ])("refuse %s=%s, beside what else is wrong", (name, value) => {
    const message = messageOf({ [name]: value, LOG_LEVEL: "loud" });
    expect(message).toContain(`${name}: expected`);
    expect(message).toContain("LOG_LEVEL: expected");
  });

  it.each(["0.0.0.0", "::", "::1", "localhost", "web-1.internal"])("take %s for a host", (HOST) => {
    expect(readSettings({ HOST }).host).toBe(HOST);
  });

  it("take the number of a database in the address of Redis", () => {
    expect(readSettings({ REDIS_URL: "redis://localhost/3" }).redis?.url).toBe("redis://localhost/3");
  });

  it("tell a host that does not resolve with the rest", async () => {
    const env = { HOST: "nowhere.invalid", LOG_LEVEL: "loud" };
    const found = await hostProblems(env);
    expect(() => readSettings(env, found)).toThrow(
      /LOG_LEVEL: .*HOST: expected an address or a name that resolves/,
    );
    expect(await hostProblems({ HOST: "127.0.0.1" })).toEqual([]);
  });

  it("never repeat what may be secret", () => {
    expect(
      messageOf({ SHAP_API_KEY: "short", SHAP_API_KEYS: "hunter2", REDIS_URL: "ftp://me:pass@x" }),
    ).not.toMatch(/short"|hunter2|pass/);
  });
});
