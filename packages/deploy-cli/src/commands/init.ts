import { access, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { stampOf } from "../blueprint/stamp.js";
import { blueprintTemplate } from "../blueprint/template.js";
import { usageError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { Repository } from "../git/repository.js";
import type { CommandContext } from "../terminal/console.js";
import { printableLine } from "../terminal/printable.js";

export interface InitOptions {
  file: string;
  base: string;
  region: string;
  force?: boolean;
  dryRun?: boolean;
}

/** `shap-deploy init`: writes a render.yaml for web, worker and Key Value, and says what comes next. */
export async function init(options: InitOptions, context: CommandContext): Promise<ExitCode> {
  const { console, folder, clock } = context;
  if (!/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(options.base)) {
    throw usageError(
      `--base ${printableLine(options.base)} cannot begin a service's name.`,
      "base",
      "small letters, digits and - only, at most 30",
    );
  }
  const path = isAbsolute(options.file) ? options.file : join(folder, options.file);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere && !options.force) {
    throw usageError(
      `${options.file} is there already.`,
      "blueprint_exists",
      "shap-deploy check looks at it; --force writes it anew, --file writes another",
    );
  }
  const text = blueprintTemplate({
    base: options.base,
    region: options.region,
    stamp: stampOf(new Date(clock.now())),
  });
  if (options.dryRun) console.say(text.trimEnd());
  else {
    await writeFile(path, text);
    console.say(`${console.style("green", "✓")} ${printableLine(options.file)} is written`);
  }
  const next = await nextSteps(context, options.file);
  console.say();
  console.say("What comes next:");
  for (const [index, line] of next.entries()) console.say(`  ${index + 1}. ${printableLine(line)}`);
  console.document({
    command: "init",
    ok: true,
    exitCode: exitCode.done,
    file: options.file,
    dryRun: options.dryRun === true,
    next,
  });
  return exitCode.done;
}

async function nextSteps({ folder, signal }: CommandContext, file: string): Promise<string[]> {
  const repository = await Repository.open(folder, signal).catch(() => undefined);
  const remote = (await repository?.remotes())?.[0];
  const address = remote && (await repository?.shownRemoteUrl(remote));
  const https = address?.startsWith("http") ? address : "<the repository's https address>";
  return [
    `shap-deploy check`,
    ...(repository
      ? []
      : ["git init && git add -A && git commit, and push it to GitHub, GitLab or Bitbucket"]),
    `git add ${file} && git commit -m "Describe the services" && git push`,
    `connect it once in Render's dashboard: https://dashboard.render.com/blueprint/new?repo=${https}`,
    "make an API key at https://dashboard.render.com/u/settings#api-keys, then: export RENDER_API_KEY=rnd_...",
    "shap-deploy deploy",
  ];
}
