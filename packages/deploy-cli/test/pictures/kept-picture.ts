import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@jest/globals";
import type { SystemStack } from "../support/fixture-system.js";
import { steady } from "./steady.js";
import type { TerminalScreen } from "./terminal-screen.js";
import { terminalSvg } from "./terminal-svg.js";

const folder = join(import.meta.dirname, "../../../../docs/terminal");

const commit = "c0ffee1c0ffee1c0ffee1c0ffee1c0ffee1c0ffe";

/** Expects that the picture in docs/terminal still shows what the command says. `UPDATE_PICTURES=1` draws it anew. */
export async function expectPicture(
  name: string,
  command: string,
  screen: TerminalScreen,
  { fixture, local }: SystemStack,
): Promise<void> {
  const commits = (await fixture.git("rev-list", "--all")).split("\n");
  const fixed = (text: string) => {
    const withoutRemote = text.replaceAll(local.gitUrl, "https://github.com/you/shap-service");
    return steady(
      commits.reduce(
        (so, id) => so.replaceAll(id, commit).replaceAll(id.slice(0, 7), commit.slice(0, 7)),
        withoutRemote,
      ),
    );
  };
  const rows = screen.rows.map((spans) => spans.map(({ text, style }) => ({ text: fixed(text), style })));
  const prompt = [
    { text: "$ ", style: "dim" },
    { text: command, style: "bold" },
  ];
  const svg = terminalSvg(`The terminal after ${command}`, [prompt, ...rows]);
  const path = join(folder, `${name}.svg`);
  if (process.env.UPDATE_PICTURES === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, svg);
  }
  expect(svg).toBe(readFileSync(path, "utf8"));
}
