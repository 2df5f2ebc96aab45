import { createServer } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { blueprint, webEntry, webProgram } from "../fixture-services.js";
import { startStack, until } from "../stack.js";

describe("a private service", () => {
  it("is reached by others through host and port, while its instances come and go", async () => {
    const privateEntry = webEntry("inner")
      .replace("type: web", "type: pserv")
      .replace(/.*healthCheckPath.*/, "");
    const references = `    envVars:
      - { key: INNER, fromService: { name: inner, type: pserv, property: hostport } }
      - { key: INNER_PORT, fromService: { name: inner, type: pserv, property: port } }
      - { key: COPIED, fromService: { name: inner, type: pserv, envVarKey: SHARED } }
`;
    const inner = `${privateEntry}    envVars: [{ key: SHARED, value: "7" }]\n`;
    const asking = webProgram.replace(
      "response.end(JSON",
      `if (request.url === "/ask") {
        return fetch("http://" + process.env.INNER).then((answer) => answer.text()).then((text) => response.end(text))
          .catch(() => response.end('{"env":{}}'));
      }
      response.end(JSON`,
    );
    const { local, client } = await startStack(
      blueprint(webEntry("site", "node ask.mjs", references), inner),
      {
        files: { "ask.mjs": asking },
      },
    );
    await local.whenLive();
    const { url } = local.service("site");
    const ask = async () =>
      ((await (await fetch(`${url}/ask`)).json()) as { env: Record<string, string> }).env;
    const env = await ask();
    expect(env).toMatchObject({ RENDER_SERVICE_NAME: "inner", RENDER_SERVICE_TYPE: "pserv", SHARED: "7" });
    expect(env.RENDER_EXTERNAL_URL).toBe("");
    const own = ((await (await fetch(url as string)).json()) as { env: Record<string, string> }).env;
    expect(own.COPIED).toBe("7");
    expect(own.INNER).toBe(`127.0.0.1:${own.INNER_PORT}`);

    const id = local.service("inner").id;
    const { body } = await client.post(`/services/${id}/deploys`, {});
    await local.service("inner").deploys.find(body.id)?.whenFinished();
    // A connection that is kept open stays with the old instance until that one ends, as on Render.
    await until("the new one answers", async () => {
      const { RENDER_INSTANCE_ID } = await ask();
      return RENDER_INSTANCE_ID !== undefined && RENDER_INSTANCE_ID !== env.RENDER_INSTANCE_ID;
    });
  });
});

describe("a port that is taken", () => {
  it("is named with the service that wants it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const { local } = await startStack(blueprint(webEntry("site")), { port });
      await expect(local.whenLive()).rejects.toThrow(`site: port ${port} is taken; choose another one`);
      await expect(startStack("", { apiPort: port })).rejects.toThrow(/Port \d+ is taken.*--api-port/);
    } finally {
      server.close();
    }
  });
});
