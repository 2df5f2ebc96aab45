import { firstWorker, startSystem } from "../support/fixture-system.js";

it("gives the six proofs, with restarts, for what runs", async () => {
  const stack = await startSystem();
  const { code, stdout } = await stack.shapDeploy(
    "verify",
    "--restarts",
    "1",
    "--redis-seconds",
    "5",
    "--json",
  );
  const { report } = JSON.parse(stdout);
  expect(
    report.proofs.map(({ number, state, why }: { number: number; state: string; why?: string }) => [
      number,
      state,
      why,
    ]),
  ).toEqual([1, 2, 3, 4, 5, 6].map((number) => [number, "passed", undefined]));
  expect(code).toBe(0);
}, 60_000);

it("finds a wrong commit, a queue that is away and a second worker, and ends with 7", async () => {
  const stack = await startSystem();
  const wrong = await stack.shapDeploy(
    "verify",
    "--commit",
    "0".repeat(40),
    "--redis-seconds",
    "5",
    "--json",
  );
  expect(wrong.code).toBe(7);
  const { report } = JSON.parse(wrong.stdout);
  expect(report.proofs[0].why).toMatch(/runs [0-9a-f]{7}, not 0000000/);
  expect(report.proofs[1].why).toContain(firstWorker);
  expect(report.proofs[3].state).toBe("passed");
  expect(report.proofs[5]).toMatchObject({ state: "skipped" });
}, 60_000);

it("without a key it says where to get one, with 2", async () => {
  const stack = await startSystem();
  const { runCommand } = await import("../support/run-command.js");
  const { code, stderr } = await runCommand(["verify"], { folder: stack.fixture.folder });
  expect(stderr).toContain("RENDER_API_KEY is not set.");
  expect(code).toBe(2);
});

it("a refused key ends with 8", async () => {
  const stack = await startSystem();
  stack.local.faults.add({ kind: "http", answer: 401 });
  const { code, stderr } = await stack.shapDeploy("verify");
  expect(stderr).toContain("Render does not accept the API key");
  expect(code).toBe(8);
});
