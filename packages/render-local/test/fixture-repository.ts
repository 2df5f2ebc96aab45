import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { git } from "../src/git/git.js";

/** A small git repository with a Blueprint, for one test. */
export class FixtureRepository {
  private constructor(readonly folder: string) {}

  static async create(files: Record<string, string>): Promise<FixtureRepository> {
    const folder = await realpath(
      await mkdtemp(join(process.env.RENDER_LOCAL_TEST_FOLDER ?? tmpdir(), "repository-")),
    );
    const repository = new FixtureRepository(folder);
    await git(folder, "init", "--quiet", "--initial-branch", "main");
    await git(folder, "config", "user.name", "Test");
    await git(folder, "config", "user.email", "test@example.test");
    await git(folder, "config", "commit.gpgsign", "false");
    await repository.commit(files, "First commit");
    return repository;
  }

  /** Writes files, commits them and gives the commit's id. */
  async commit(files: Record<string, string>, message = "Change"): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    await git(this.folder, "add", "--all");
    await git(this.folder, "commit", "--quiet", "--allow-empty", "--message", message);
    return await git(this.folder, "rev-parse", "HEAD");
  }

  async push(url: string, branch = "main"): Promise<void> {
    await git(this.folder, "push", "--quiet", url, `HEAD:refs/heads/${branch}`);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
