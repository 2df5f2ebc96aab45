import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Everything that the tests of this run start lives below one folder, so that what is left of it can be found. */
export default async function ownFolder() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "render-local-tests-")));
  process.env.RENDER_LOCAL_TEST_FOLDER = folder;
  if (!process.env.RENDER_OPENAPI) {
    console.log(
      "render-local: RENDER_OPENAPI does not name Render's OpenAPI document, answers are not checked against it.",
    );
  }
}
