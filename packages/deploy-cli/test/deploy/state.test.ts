import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeployState, StateFile } from "../../src/deploy/state.js";

let folder: string;
let file: StateFile;
const state: DeployState = {
  version: 1,
  id: "deploy-1",
  startedAt: "2026-11-24T03:00:00.000Z",
  remote: "origin",
  branch: "main",
  file: "render.yaml",
  done: { check: "2026-11-24T03:00:01.000Z" },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shap-deploy-state-"));
  file = new StateFile(join(folder, "shap-deploy", "deploy.json"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("is not there before the first deploy", async () => {
  expect(await file.read()).toBeUndefined();
  expect(await file.last()).toBeUndefined();
});

it("comes back as it was written, and leaves no other file", async () => {
  await file.write(state);
  await file.write({ ...state, workerName: "shap-worker-20261124030000" });
  expect(await file.read()).toEqual({ ...state, workerName: "shap-worker-20261124030000" });
  expect(await readdir(join(folder, "shap-deploy"))).toEqual(["deploy.json"]);
});

it("is put aside when the deploy has ended", async () => {
  await file.write(state);
  await file.archive();
  await file.archive();
  expect(await file.read()).toBeUndefined();
  expect(await file.last()).toEqual(state);
});

it.each(["", "{", '{"version":2}', '{"version":1,"id":3}'])(
  "a broken file %j is a usage error that names it",
  async (text) => {
    await file.write(state);
    await writeFile(file.path, text);
    await expect(file.read()).rejects.toMatchObject({ code: "state_broken", exitCode: 2 });
  },
);
