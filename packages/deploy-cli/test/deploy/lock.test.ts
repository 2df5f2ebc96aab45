import { DeployLock } from "../../src/deploy/lock.js";
import { git } from "../../src/git/git.js";
import { Repository } from "../../src/git/repository.js";
import { GitFixture } from "../support/git-repository.js";

const startedAt = "2026-11-24T03:00:00.000Z";
let fixture: GitFixture;
let mine: DeployLock;
let theirs: DeployLock;

beforeEach(async () => {
  fixture = await GitFixture.create();
  mine = new DeployLock(await Repository.open(fixture.folder), "origin");
  theirs = new DeployLock(await Repository.open(await fixture.clone("theirs")), "origin");
});
afterEach(() => fixture.remove());

it("is held by one deploy, and the second is told by whom", async () => {
  await mine.take("deploy-1", "main", startedAt);
  await expect(theirs.take("deploy-2", "main", startedAt)).rejects.toMatchObject({
    code: "locked",
    exitCode: 5,
    message: expect.stringMatching(/^Not deployed: \S+@\S+ has been deploying main since 2026-11-24T03:00/),
  });
  expect(await theirs.holder()).toMatchObject({ deployId: "deploy-1", branch: "main", startedAt });
});

it("goes on being held by a deploy that is run again", async () => {
  await mine.take("deploy-1", "main", startedAt);
  await mine.take("deploy-1", "main", startedAt);
  expect(await mine.holder()).toMatchObject({ deployId: "deploy-1" });
});

it("is free after its release, and only its holder can release it", async () => {
  await mine.take("deploy-1", "main", startedAt);
  await theirs.release("deploy-2");
  expect(await mine.holder()).toMatchObject({ deployId: "deploy-1" });
  await mine.release("deploy-1");
  await mine.release("deploy-1");
  await theirs.take("deploy-2", "main", startedAt);
  expect(await mine.holder()).toMatchObject({ deployId: "deploy-2" });
});

it("of many who take it at once exactly one gets it", async () => {
  const results = await Promise.allSettled(
    [mine, theirs, mine, theirs].map((lock, index) => lock.take(`deploy-${index}`, "main", startedAt)),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

it("can be broken, which says whose it was", async () => {
  await mine.take("deploy-1", "main", startedAt);
  expect(await theirs.break()).toMatchObject({ deployId: "deploy-1" });
  await theirs.take("deploy-2", "main", startedAt);
});

it("a lock that nobody can read still holds, and leaves no branch behind", async () => {
  await mine.take("deploy-1", "main", startedAt);
  await git(fixture.folder, ["push", "--quiet", "--force", "origin", "HEAD:refs/shap-deploy/lock"]);
  await expect(theirs.take("deploy-2", "main", startedAt)).rejects.toMatchObject({ code: "locked" });
  expect(await git(fixture.remote, ["branch", "--list"])).toBe("* main");
});
