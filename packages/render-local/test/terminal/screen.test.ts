import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { Screen } from "../../src/terminal/screen.js";
import { statusTable } from "../../src/terminal/status-table.js";
import { blueprint, webEntry, workerEntry } from "../fixture-services.js";
import { startStack, until } from "../stack.js";

describe("the terminal", () => {
  it("shows every service with state, instance, process, memory, restarts and address", async () => {
    const { local } = await startStack(`${blueprint(webEntry("site"), workerEntry("crew"))}
  - { type: keyvalue, name: store, ipAllowList: [] }
`);
    await local.whenLive();
    const [instance] = local.service("site").fleet.instances;
    await until("memory is measured", () => instance.memoryBytes > 0);
    const [head, site, crew, store] = statusTable(local).map((line) => line.split(/ {2,}/));
    expect(head).toEqual(["SERVICE", "STATE", "INSTANCE", "PID", "MEMORY", "RESTARTS", "ADDRESS"]);
    expect(site.slice(0, 4)).toEqual(["site", "live", instance.id.slice(-5), String(instance.pid)]);
    expect(site[4]).toMatch(/^\d+ of 512 MiB$/);
    expect(site.slice(5)).toEqual(["0", local.service("site").url]);
    expect(crew.at(-1)).toBe("-");
    expect(store.slice(0, 2)).toEqual(["store", "available"]);
    await local.service("crew").suspend();
    expect(statusTable(local)[2]).toMatch(/^crew +suspended +- +-/);
  });

  it("keeps the table below the log, whose lines name their service", async () => {
    const { local } = await startStack(blueprint(workerEntry("crew")));
    let written = "";
    const output = new Writable({
      write(chunk, _encoding, done) {
        written += String(chunk);
        done();
      },
    }) as NodeJS.WriteStream;
    const screen = new Screen(local, { isLive: true, output });
    screen.start();
    await local.whenLive();
    local.service("crew").log("\u001b[2Jclears the screen");
    screen.stop();
    // Before each text the table above is taken away: up by its height, and all below cleared.
    expect(written).toContain("\u001b[2A\u001b[0J");
    expect(written).not.toContain("\u001b[2J");
    const lines = stripVTControlCharacters(written).split("\n");
    expect(lines).toContainEqual(expect.stringMatching(/^crew +\| clears the screen$/));
    expect(lines.at(-3)).toMatch(/^SERVICE/);
    expect(lines.at(-2)).toMatch(/^crew +live/);
  });
});
