import { realpath } from "node:fs/promises";
import { DeployToolError, usageError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { printableLine } from "../terminal/printable.js";
import type { RenderApi } from "./render-api.js";
import type { RenderBlueprint, RenderKeyValue, RenderOwner, RenderService } from "./schemas.js";

/** The workspace to work in: the one that is named, or the only one the key sees. */
export async function findOwner(api: RenderApi, wanted: string | undefined): Promise<RenderOwner> {
  const owners = await api.owners();
  if (wanted) {
    const owner = owners.find(({ id }) => id === wanted);
    if (owner) return owner;
    throw usageError(
      `The API key sees no workspace ${wanted}.`,
      "workspace_unknown",
      `RENDER_OWNER_ID=${owners[0]?.id ?? "tea-..."}`,
    );
  }
  if (owners.length === 1) return owners[0];
  const list = owners.map(({ id, name }) => `${id} (${printableLine(name)})`).join(", ");
  throw usageError(
    owners.length === 0
      ? "The API key sees no workspace."
      : `The API key sees ${owners.length} workspaces: ${list}.`,
    "workspace_ambiguous",
    `RENDER_OWNER_ID=${owners[0]?.id ?? "tea-..."}`,
  );
}

/** The Blueprint that is connected to this repository and file. */
export async function findBlueprint(
  api: RenderApi,
  ownerId: string,
  repositoryUrl: string,
  path: string,
): Promise<RenderBlueprint> {
  const wanted = await normalAddress(repositoryUrl);
  const connected: RenderBlueprint[] = [];
  for (const blueprint of await api.blueprints(ownerId)) {
    const isHere = blueprint.repo !== undefined && (await normalAddress(blueprint.repo)) === wanted;
    if (isHere && normalPath(blueprint.path ?? "render.yaml") === normalPath(path)) connected.push(blueprint);
  }
  if (connected.length === 1) return await api.blueprint(connected[0].id);
  if (connected.length > 1) {
    throw new DeployToolError(
      `${connected.length} Blueprints are connected to this repository: ${connected.map(({ name }) => printableLine(name)).join(", ")}. The last sync would win.`,
      {
        code: "blueprint_ambiguous",
        exitCode: exitCode.checkFailed,
        fix: "disconnect all but one at https://dashboard.render.com/blueprints",
      },
    );
  }
  throw new DeployToolError("No Blueprint is connected to this repository yet.", {
    code: "blueprint_missing",
    exitCode: exitCode.checkFailed,
    fix: `connect it once, in Render's dashboard: https://dashboard.render.com/blueprint/new?repo=${encodeURIComponent(`https://${wanted}`)}`,
  });
}

/** The service of exactly this name: Render's own name filter also finds longer names. */
export function serviceNamed(services: readonly RenderService[], name: string): RenderService | undefined {
  return services.find((service) => service.name === name && !isPreview(service));
}

export function keyValueNamed(
  keyValues: readonly RenderKeyValue[],
  name: string,
): RenderKeyValue | undefined {
  return keyValues.find((keyValue) => keyValue.name === name);
}

export function isPreview(service: RenderService): boolean {
  return service.serviceDetails?.parentServer != null;
}

export function isSuspended(service: RenderService): boolean {
  return service.suspended === "suspended";
}

/** `github.com/owner/name`, however it was written; a folder by its true path. */
export async function normalAddress(address: string): Promise<string> {
  const trimmed = address
    .trim()
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  const scp = /^(?:[^@\s/]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(trimmed);
  if (scp && !trimmed.startsWith("/"))
    return `${scp[1].toLowerCase()}/${scp[2].replace(/^\/+/, "").toLowerCase()}`;
  if (URL.canParse(trimmed) && new URL(trimmed).protocol !== "file:") {
    const { hostname, pathname } = new URL(trimmed);
    return `${hostname.toLowerCase()}${pathname.toLowerCase()}`;
  }
  const folder = trimmed.replace(/^file:\/\//, "");
  const real = await realpath(folder).catch(() => realpath(`${folder}.git`).catch(() => folder));
  return real.replace(/\.git$/, "");
}

function normalPath(path: string): string {
  return path.replace(/^\.?\//, "");
}
