import { plainError } from "../src/plain-error.js";
import { connect } from "../src/redis/connection.js";
import { RedisServer } from "./redis-server.js";

describe("an error in a log line", () => {
  it("tells nothing of the command that Redis refused", async () => {
    const server = await RedisServer.start();
    const redis = connect(
      { url: server.url, timeoutMs: 5000, keepAlive: true, healthCheckMs: 30_000 },
      "command",
      "test",
    );
    try {
      await redis.set("text", "1");
      const error = await redis.hset("text", "0", "a secret row").catch((error: unknown) => error);
      expect(JSON.stringify(error)).toContain("a secret row");
      const told = plainError(new Error("outer", { cause: error }));
      expect(JSON.stringify(told)).not.toContain("a secret row");
      expect(told.cause).toMatchObject({ type: "ReplyError", message: expect.stringContaining("WRONGTYPE") });
    } finally {
      redis.disconnect();
      await server.remove();
    }
  });

  it("is told though what was thrown is none", () => {
    expect(plainError("text")).toEqual({ type: "string", message: "text" });
  });
});
