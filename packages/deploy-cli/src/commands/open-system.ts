import { isAbsolute, join, relative } from "node:path";
import { BlueprintText } from "../blueprint/read-blueprint.js";
import { findRoles, type Roles } from "../blueprint/roles.js";
import type { Blueprint } from "../blueprint/schema.js";
import { usageError } from "../errors.js";
import { type PushTarget, Repository } from "../git/repository.js";
import { connectToRender } from "../render/connect.js";
import type { RenderApi } from "../render/render-api.js";
import type { RenderBlueprint, RenderOwner } from "../render/schemas.js";
import { findBlueprint, findOwner } from "../render/workspace.js";
import type { CommandContext } from "../terminal/console.js";
import { readBlueprintFile } from "./read-blueprint-file.js";

export interface SystemOptions {
  file: string;
  remote?: string;
  branch?: string;
}

/** The Blueprint of this repository with its roles filled. */
export interface LocalSystem {
  repository: Repository;
  target: PushTarget;
  /** The Blueprint's path inside the repository. */
  file: string;
  text: string;
  blueprint: Blueprint;
  roles: Required<Pick<Roles, "web" | "worker">> & Pick<Roles, "keyValue">;
}

/** The same with its counterpart on Render. */
export interface System extends LocalSystem {
  api: RenderApi;
  owner: RenderOwner;
  connected: RenderBlueprint;
}

/** Reads the Blueprint of the repository that the command runs in. */
export async function openLocalSystem(context: CommandContext, options: SystemOptions): Promise<LocalSystem> {
  const repository = await Repository.open(context.folder, context.signal);
  const path = isAbsolute(options.file) ? options.file : join(context.folder, options.file);
  const text = await readBlueprintFile(path, options.file);
  const reading = new BlueprintText(text).read();
  if ("problems" in reading) {
    throw usageError(
      `${options.file} is not valid: ${reading.problems[0].message}`,
      "blueprint_invalid",
      "shap-deploy check",
    );
  }
  const { web, worker, keyValue, problems } = findRoles(reading.blueprint);
  if (!web || !worker) throw usageError(problems[0].message, "blueprint_roles", problems[0].fix);
  const target = await findTarget(repository, options);
  const file = relative(repository.folder, await repository.realPath(path));
  return { repository, target, file, text, blueprint: reading.blueprint, roles: { web, worker, keyValue } };
}

/** Opens the system here and on Render. */
export async function openSystem(context: CommandContext, options: SystemOptions): Promise<System> {
  const local = await openLocalSystem(context, options);
  const api = connectToRender(context);
  const owner = await findOwner(api, context.environment.RENDER_OWNER_ID);
  const url = await local.repository.remoteUrl(local.target.remote);
  return { ...local, api, owner, connected: await findBlueprint(api, owner.id, url, local.file) };
}

/** Where to push: what was asked for, else where this branch goes, else `origin`. */
export async function findTarget(
  repository: Repository,
  options: { remote?: string; branch?: string },
): Promise<PushTarget> {
  const upstream = await repository.upstream();
  const remotes = await repository.remotes();
  const remote = options.remote ?? upstream?.remote ?? (remotes.includes("origin") ? "origin" : remotes[0]);
  if (remote === undefined || !remotes.includes(remote)) {
    throw usageError(
      remote === undefined
        ? "This repository has no remote: Render deploys what is pushed."
        : `There is no remote ${remote}.`,
      "no_remote",
      "git remote add origin <address>, and connect it to Render",
    );
  }
  const branch = options.branch ?? upstream?.branch ?? (await repository.branch());
  if (branch === undefined) {
    throw usageError(
      "No branch is checked out.",
      "no_branch",
      "git switch main, or name the branch with --branch",
    );
  }
  return { remote, branch };
}
