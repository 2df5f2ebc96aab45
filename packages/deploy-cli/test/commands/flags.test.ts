import { access, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstWorker, type SystemStack, startSystem } from "../support/fixture-system.js";
import { runCommand } from "../support/run-command.js";

const workers = (stack: SystemStack) =>
  stack.local.services.filter(({ type }) => type === "background_worker").map(({ name }) => name);

/** In a subfolder, on a branch that was never pushed, with a remote that is not `origin`. */
async function standAside({ fixture }: SystemStack): Promise<string> {
  await fixture.git("remote", "rename", "origin", "render");
  await fixture.git("switch", "--quiet", "--create", "aside");
  const folder = join(fixture.folder, "aside");
  await mkdir(folder);
  return folder;
}

describe("--file, --remote and --branch lead to the system from anywhere, and --verbose tells of what was tried again", () => {
  let stack: SystemStack;
  let folder: string;
  beforeAll(async () => {
    stack = await startSystem({ isShared: true });
    await stack.whenRegistered(firstWorker);
    folder = await standAside(stack);
  }, 60_000);

  it.each([
    [["check", "--file", "../render.yaml", "--remote", "render", "--branch", "main", "--verbose"], 0],
    [
      [
        "deploy",
        "--file",
        "../render.yaml",
        "--remote",
        "render",
        "--branch",
        "main",
        "--dry-run",
        "--verbose",
      ],
      0,
    ],
    [
      [
        "verify",
        "--file",
        "../render.yaml",
        "--remote",
        "render",
        "--branch",
        "main",
        "--redis-seconds",
        "5",
        "--verbose",
      ],
      0,
    ],
    // There is no earlier deploy.
    [
      [
        "rollback",
        "--file",
        "../render.yaml",
        "--remote",
        "render",
        "--branch",
        "main",
        "--dry-run",
        "--verbose",
      ],
      3,
    ],
    [["status", "--file", "../render.yaml", "--remote", "render", "--branch", "main", "--verbose"], 0],
    [["logs", "--file", "../render.yaml", "--remote", "render", "--branch", "main", "--verbose"], 0],
    [["prune", "--file", "../render.yaml", "--remote", "render", "--branch", "main", "--verbose"], 0],
    [
      [
        "fix-collision",
        "--file",
        "../render.yaml",
        "--remote",
        "render",
        "--branch",
        "main",
        "--dry-run",
        "--verbose",
      ],
      0,
    ],
  ])(
    "%j: %i",
    async (args, code) => {
      expect((await stack.shapDeployWith({ folder }, args[0])).code).not.toBe(code);
      const takeBack = stack.local.faults.add({ kind: "http", method: "GET", answer: 503, call: 2 });
      const done = await stack.shapDeployWith({ folder }, ...args);
      takeBack();
      expect(done.stdout).toMatch(/Render answered 503 .*; trying again in \d+ s/);
      expect(done.code).toBe(code);
    },
    60_000,
  );

  it("a remote that is not there ends with 2, a branch that the Blueprint does not follow with 3", async () => {
    const { fixture } = stack;
    const missing = await stack.shapDeploy("status", "--remote", "nowhere", "--branch", "main");
    expect(missing.stderr).toContain("There is no remote nowhere.");
    expect(missing.code).toBe(2);
    const other = await stack.shapDeploy("check", "--remote", "render", "--branch", "release");
    expect(other.stdout).toContain("✗ the Blueprint follows main, and this goes to release");
    expect(other.code).toBe(3);
    expect(await fixture.git("status", "--porcelain")).toBe("");
  });

  it("logs --lines takes the newest, --text those with a text", async () => {
    const lines = (await stack.shapDeploy("logs", "--remote", "render", "--branch", "main", "--lines", "2"))
      .stdout;
    expect(lines.trim().split("\n")).toHaveLength(2);
    const found = (
      await stack.shapDeploy("logs", "--remote", "render", "--branch", "main", "--text", "listens")
    ).stdout;
    expect(found.trim().split("\n")).toEqual([expect.stringMatching(/shap-web +web listens$/)]);
  });

  it("verify --report writes the report with its times and figures, as Markdown and as JSON", async () => {
    const markdown = join(stack.fixture.parent, "report.md");
    const json = join(stack.fixture.parent, "report.json");
    for (const path of [markdown, json]) {
      const args = [
        "verify",
        "--remote",
        "render",
        "--branch",
        "main",
        "--redis-seconds",
        "5",
        "--report",
        path,
      ];
      expect((await stack.shapDeploy(...args)).code).toBe(0);
    }
    const page = await readFile(markdown, "utf8");
    expect(page).toMatch(/^# Verification: passed\n\n- commit `[0-9a-f]{40}`/);
    expect(page).toMatch(
      /^\| 4 \| a test job's values are right \| passed \| [\d.]+ \| .*1200 rows in [\d.]+ s<br>/m,
    );
    const report = JSON.parse(await readFile(json, "utf8"));
    expect(report).toMatchObject({
      ok: true,
      startedAt: expect.any(String),
      web: "shap-web",
      worker: firstWorker,
    });
    expect(report.proofs.map(({ state }: { state: string }) => state)).toEqual([
      ...Array(5).fill("passed"),
      "skipped",
    ]);
    expect(report.proofs[3].seconds).toBeGreaterThan(0);
  }, 60_000);
});

it("deploy --message with a hostile text from a hostile branch is text all the way; --retire keep leaves the old worker", async () => {
  const stack = await startSystem();
  await stack.whenRegistered(firstWorker);
  const mark = join(stack.fixture.parent, "mark");
  const branch = `x;touch\${IFS}${mark.replaceAll("/", "\u2044")}`;
  await stack.fixture.git("switch", "--quiet", "--create", branch);
  await stack.fixture.git("config", `branch.${branch}.remote`, "origin");
  await stack.fixture.git("config", `branch.${branch}.merge`, "refs/heads/main");
  const message = `$(touch ${mark}) \`touch ${mark}\` "; \u001b[2J\u0007 --amend {worker}\n\nwhy`;
  const done = await stack.shapDeploy(
    "deploy",
    "--message",
    message,
    "--retire",
    "keep",
    "--redis-seconds",
    "5",
  );
  expect(done.code).toBe(0);
  const [fresh] = workers(stack).filter((name) => name !== firstWorker);
  expect(workers(stack)).toEqual([firstWorker, fresh]);
  expect(stack.local.service(firstWorker).isSuspended).toBe(false);
  expect(await stack.fixture.git("log", "-1", "--format=%B")).toContain(message.replace("{worker}", fresh));
  const words = await stack.shapDeploy("deploy", "--message", message, "--dry-run");
  for (const shown of [done.stdout, done.stderr, words.stdout]) expect(shown).not.toMatch(controlCharacter);
  expect(words.stdout).toContain("\\x1b[2J\\x07 --amend");
  await expect(access(mark)).rejects.toThrow(/ENOENT/);

  // What --retire keep left is an orphan from then on.
  const checked = await stack.shapDeploy("check");
  expect(checked.stdout).toMatch(
    new RegExp(`! ${firstWorker} is left over from 0 days ago[\\s\\S]*→ shap-deploy prune`),
  );
  const explained = await stack.shapDeploy("fix-collision", "--dry-run", "--json");
  expect(JSON.parse(explained.stdout).registrations).toContainEqual(
    expect.objectContaining({ name: expect.stringContaining(`${firstWorker}-`), verdict: "orphan" }),
  );
  const suspended = await stack.shapDeploy("deploy", "--retire", "suspend", "--redis-seconds", "5");
  // A stranger takes jobs, too: the proof says so, and the way out.
  expect(suspended.stderr).toMatch(
    /takes jobs, too, and belongs to no service of this deploy \(shap-deploy prune\)/,
  );
  expect(suspended.code).toBe(7);
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return questions.length === 1 ? "n" : "y";
  };
  const declined = await stack.shapDeployWith({ ask }, "prune");
  expect(declined.stdout).toContain("Nothing was deleted.");
  await stack.shapDeployWith({ ask }, "prune");
  expect(questions).toEqual(Array(2).fill("Delete this service for good? [y/N] "));
  expect(workers(stack)).not.toContain(firstWorker);
}, 120_000);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controlCharacter = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

it("--yes asks nobody, also where somebody sits", async () => {
  const stack = await startSystem();
  const ask = async () => {
    throw new Error("nobody is to be asked");
  };
  for (const args of [
    ["deploy", "--yes"],
    ["fix-collision", "--fresh-name", "--yes"],
  ]) {
    await stack.whenRegistered(firstWorker);
    const takeBack = stack.local.faults.add({ kind: "build-fails", service: "shap-web" });
    const ended = await stack.shapDeployWith({ ask }, ...args);
    takeBack();
    expect(ended.stderr).toContain("the previous version runs again");
    expect(ended.code).toBe(4);
    expect(workers(stack)).toEqual([firstWorker]);
  }
}, 60_000);

it("init --file --json tells what comes next", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shap-deploy-init-"));
  const { code, stdout } = await runCommand(["init", "--file", "other.yaml", "--json"], { folder });
  expect(JSON.parse(stdout)).toMatchObject({ command: "init", ok: true, file: "other.yaml", dryRun: false });
  expect(await readFile(join(folder, "other.yaml"), "utf8")).toContain("maxmemoryPolicy: noeviction");
  expect(code).toBe(0);
  await rm(folder, { recursive: true });
});
