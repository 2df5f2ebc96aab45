import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { git } from "../../src/git/git.js";

/** A real repository with a real bare remote, for one test. */
export class GitFixture {
  private constructor(
    readonly parent: string,
    readonly folder: string,
    readonly remote: string,
  ) {}

  static async create(files: Record<string, string> = { "a.txt": "a\n" }): Promise<GitFixture> {
    const parent = await realpath(await mkdtemp(join(tmpdir(), "shap-deploy-git-")));
    const fixture = new GitFixture(parent, join(parent, "work"), join(parent, "remote.git"));
    await git(parent, ["init", "--quiet", "--bare", "--initial-branch", "main", fixture.remote]);
    await git(parent, ["init", "--quiet", "--initial-branch", "main", fixture.folder]);
    await fixture.configure(fixture.folder);
    await fixture.commit(files);
    await fixture.git("remote", "add", "origin", fixture.remote);
    await fixture.git("push", "--quiet", "--set-upstream", "origin", "main");
    return fixture;
  }

  /** Another computer's clone of the same remote. */
  async clone(name: string): Promise<string> {
    const folder = join(this.parent, name);
    await git(this.parent, ["clone", "--quiet", this.remote, folder]);
    await this.configure(folder);
    return folder;
  }

  async configure(folder: string): Promise<void> {
    await git(folder, ["config", "user.name", "Test"]);
    await git(folder, ["config", "user.email", "test@example.test"]);
    await git(folder, ["config", "commit.gpgsign", "false"]);
  }

  async write(files: Record<string, string>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), text);
    }
  }

  async commit(files: Record<string, string>, message = "Change"): Promise<string> {
    await this.write(files);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", message);
    return await this.git("rev-parse", "HEAD");
  }

  async git(...args: string[]): Promise<string> {
    return await git(this.folder, args);
  }

  async remove(): Promise<void> {
    await rm(this.parent, { recursive: true, force: true });
  }
}
