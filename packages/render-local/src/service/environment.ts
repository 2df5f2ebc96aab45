import { randomBytes } from "node:crypto";

/** Environment variables set by hand or by a Blueprint, in the order they were set. */
export type Variables = Map<string, string>;

/** A named set of variables that several services share. */
export interface EnvironmentGroup {
  id: string;
  name: string;
  variables: Variables;
}

/** A value for `generateValue: true`: 256 random bits in base 64, as Render makes them. */
export function generateValue(): string {
  return randomBytes(32).toString("base64");
}

/** What Render tells every process about itself. */
export interface PlatformFacts {
  serviceId: string;
  serviceName: string;
  serviceType: string;
  commitId: string;
  branch: string;
  repoSlug: string;
  cpus: number;
  /** Of a web service. */
  externalUrl?: string;
}

const fromHost = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "SHELL"];

/**
 * The environment of a build: Render's variables, the service's own, and of this computer only what any program
 * needs (PATH and the like), so that nothing works here that would be missing on Render.
 */
export function buildEnvironment(facts: PlatformFacts, variables: Variables): Record<string, string> {
  const host = fromHost.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]]));
  const url = facts.externalUrl;
  return {
    ...Object.fromEntries(host),
    CI: "true",
    RENDER: "true",
    RENDER_SERVICE_ID: facts.serviceId,
    RENDER_SERVICE_NAME: facts.serviceName,
    RENDER_SERVICE_TYPE: facts.serviceType,
    RENDER_GIT_COMMIT: facts.commitId,
    RENDER_GIT_BRANCH: facts.branch,
    RENDER_GIT_REPO_SLUG: facts.repoSlug,
    RENDER_EXTERNAL_URL: url ?? "",
    RENDER_EXTERNAL_HOSTNAME: url ? new URL(url).host : "",
    RENDER_DISCOVERY_SERVICE: `${facts.serviceName}-discovery`,
    RENDER_CPU_COUNT: String(facts.cpus),
    IS_PULL_REQUEST: "false",
    ...Object.fromEntries(variables),
  };
}

/** The environment of an instance: that of the build without CI, and what is known only when it starts. */
export function instanceEnvironment(
  build: Record<string, string>,
  instance: { id: string; port: number | undefined },
  variables: Variables,
): Record<string, string> {
  const { CI: _, ...rest } = build;
  return {
    NODE_ENV: "production",
    ...(instance.port === undefined ? {} : { WEB_CONCURRENCY: "1", RENDER_WEB_CONCURRENCY: "1" }),
    ...rest,
    ...Object.fromEntries(variables),
    RENDER_INSTANCE_ID: instance.id,
    // All instances share this computer's network, so each is given a port of its own.
    PORT: String(instance.port ?? variables.get("PORT") ?? 10_000),
  };
}
