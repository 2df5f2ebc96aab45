import { z } from "zod";
import { exitCode } from "../exit-code.js";
import type { Query, RenderCall, RenderHttp } from "./http.js";
import { RenderError } from "./render-error.js";
import {
  blueprintSchema,
  deploySchema,
  envVarSchema,
  eventSchema,
  instanceSchema,
  keyValueSchema,
  logPageSchema,
  metricSchema,
  ownerSchema,
  type RenderBlueprint,
  type RenderDeploy,
  type RenderEvent,
  type RenderInstance,
  type RenderKeyValue,
  type RenderLog,
  type RenderMetric,
  type RenderOwner,
  type RenderService,
  type RenderSync,
  type RenderValidation,
  serviceSchema,
  syncSchema,
  userSchema,
  validationSchema,
} from "./schemas.js";

const pageSize = 100;
const id = encodeURIComponent;

/** The part of Render's REST API v1 that a deploy needs, typed. How calls are repeated is said in `http.ts`. */
export class RenderApi {
  constructor(private readonly http: RenderHttp) {}

  /** Whose key it is: the cheapest proof that the key is valid. */
  user(): Promise<{ email?: string; name?: string }> {
    return this.#get("/users", userSchema);
  }

  owners(): Promise<RenderOwner[]> {
    return this.#list("/owners", "owner", ownerSchema);
  }

  /** Every service of a workspace, previews left out. */
  services(ownerId: string): Promise<RenderService[]> {
    return this.#list("/services", "service", serviceSchema, { ownerId, includePreviews: false });
  }

  service(serviceId: string): Promise<RenderService> {
    return this.#get(`/services/${id(serviceId)}`, serviceSchema);
  }

  /** Renames in place, or sets autoDeploy and such. */
  async patchService(serviceId: string, change: Record<string, unknown>): Promise<void> {
    await this.#send({ method: "PATCH", path: `/services/${id(serviceId)}`, body: change });
  }

  async suspend(serviceId: string): Promise<void> {
    await this.#send({ method: "POST", path: `/services/${id(serviceId)}/suspend`, isRepeatable: true });
  }

  async resume(serviceId: string): Promise<void> {
    await this.#send({ method: "POST", path: `/services/${id(serviceId)}/resume`, isRepeatable: true });
  }

  /** Starts the running version anew. Not repeated: two restarts would follow one another. */
  async restart(serviceId: string): Promise<void> {
    await this.#send({ method: "POST", path: `/services/${id(serviceId)}/restart` });
  }

  /** Deletes a service; one that is gone already is no error. */
  async deleteService(serviceId: string): Promise<void> {
    try {
      await this.#send({ method: "DELETE", path: `/services/${id(serviceId)}` });
    } catch (error) {
      if (!(error instanceof RenderError) || (error.status !== 404 && error.status !== 410)) throw error;
    }
  }

  /** What runs now: old and new side by side during a deploy. */
  instances(serviceId: string): Promise<RenderInstance[]> {
    return this.#get(`/services/${id(serviceId)}/instances`, z.array(instanceSchema));
  }

  /** The newest deploys first. */
  async deploys(serviceId: string, limit = 20): Promise<RenderDeploy[]> {
    const path = `/services/${id(serviceId)}/deploys`;
    const page = await this.#get(path, z.array(z.looseObject({ deploy: deploySchema })), { limit });
    return page.map((entry) => entry.deploy);
  }

  deploy(serviceId: string, deployId: string): Promise<RenderDeploy> {
    return this.#get(`/services/${id(serviceId)}/deploys/${id(deployId)}`, deploySchema);
  }

  /**
   * Asks for a deploy of a commit. Render may answer 202 without an id, and an answer may be lost: in both cases the
   * service's deploys are looked through for the one that was asked for, and it is never asked for twice.
   *
   * @throws RenderError with `isUncertain` when the answer was lost and no such deploy is to be found
   */
  async createDeploy(serviceId: string, commitId: string): Promise<RenderDeploy> {
    const before = new Set((await this.deploys(serviceId)).map((deploy) => deploy.id));
    const path = `/services/${id(serviceId)}/deploys`;
    return this.#startDeploy(serviceId, { method: "POST", path, body: { commitId } }, before, commitId);
  }

  /** Brings an earlier deploy back, from its build. Looked up like {@link createDeploy}. */
  async rollback(serviceId: string, deployId: string): Promise<RenderDeploy> {
    const before = new Set((await this.deploys(serviceId)).map((deploy) => deploy.id));
    const path = `/services/${id(serviceId)}/rollback`;
    return this.#startDeploy(serviceId, { method: "POST", path, body: { deployId } }, before);
  }

  /** Ends a deploy that is in progress; one that has just ended by itself is no error. */
  async cancelDeploy(serviceId: string, deployId: string): Promise<void> {
    const path = `/services/${id(serviceId)}/deploys/${id(deployId)}/cancel`;
    try {
      await this.#send({ method: "POST", path, isRepeatable: true });
    } catch (error) {
      if (!(error instanceof RenderError) || (error.status !== 409 && error.status !== 400)) throw error;
    }
  }

  async #startDeploy(
    serviceId: string,
    call: RenderCall,
    before: ReadonlySet<string>,
    commitId?: string,
  ): Promise<RenderDeploy> {
    let lost: RenderError | undefined;
    try {
      const answer = await this.#send(call);
      const parsed = deploySchema.safeParse(answer);
      if (parsed.success) return parsed.data;
    } catch (error) {
      if (!(error instanceof RenderError) || !error.isUncertain) throw error;
      lost = error;
    }
    const isAskedFor = (deploy: RenderDeploy) =>
      !before.has(deploy.id) && (commitId === undefined || deploy.commit?.id === commitId);
    const deploy = (await this.deploys(serviceId)).find(isAskedFor);
    if (deploy) return deploy;
    throw (
      lost ??
      new RenderError(
        "Render queued a deploy without saying which, and it is not in the service's list yet",
        {
          code: "render_deploy_unknown",
          exitCode: exitCode.unexpected,
          isUncertain: true,
          fix: "run the same command again: it looks for the deploy first",
        },
      )
    );
  }

  /** A service's events from `since` on, newest first. */
  events(serviceId: string, since: Date): Promise<RenderEvent[]> {
    const query = { startTime: since.toISOString() };
    return this.#list(`/services/${id(serviceId)}/events`, "event", eventSchema, query);
  }

  /**
   * The lines of some services of one region, oldest first.
   *
   * @param limit at most so many, the newest
   */
  async logs(
    ownerId: string,
    resources: readonly string[],
    { since, until, limit = 100, ...filter }: LogQuery,
  ): Promise<RenderLog[]> {
    const lines: RenderLog[] = [];
    let end = until?.toISOString();
    let start = since?.toISOString();
    while (lines.length < limit) {
      const page = await this.#get("/logs", logPageSchema, {
        ...filter,
        ownerId,
        resource: resources,
        direction: "backward",
        startTime: start,
        endTime: end,
        limit: Math.min(pageSize, limit - lines.length),
      });
      lines.push(...page.logs);
      const isStuck = page.nextEndTime === end && page.nextStartTime === start;
      if (!page.hasMore || page.logs.length === 0 || isStuck) break;
      end = page.nextEndTime ?? end;
      start = page.nextStartTime ?? start;
    }
    const unique = new Map(lines.map((line) => [line.id, line]));
    return [...unique.values()].sort((a, b) => a.timestamp.localeCompare(b.timestamp));
  }

  /** One metric (`memory`, `memory-limit`, `cpu`) of a resource. */
  metric(name: string, resource: string, since: Date, resolutionSeconds = 30): Promise<RenderMetric[]> {
    const query = {
      resource,
      startTime: since.toISOString(),
      endTime: new Date().toISOString(),
      resolutionSeconds,
    };
    return this.#get(`/metrics/${id(name)}`, z.array(metricSchema), query);
  }

  keyValues(ownerId: string): Promise<RenderKeyValue[]> {
    return this.#list("/key-value", "keyValue", keyValueSchema, { ownerId });
  }

  keyValue(keyValueId: string): Promise<RenderKeyValue> {
    return this.#get(`/key-value/${id(keyValueId)}`, keyValueSchema);
  }

  blueprints(ownerId: string): Promise<RenderBlueprint[]> {
    return this.#list("/blueprints", "blueprint", blueprintSchema, { ownerId });
  }

  /** With the ids of everything it manages. */
  blueprint(blueprintId: string): Promise<RenderBlueprint> {
    return this.#get(`/blueprints/${id(blueprintId)}`, blueprintSchema);
  }

  /** The newest syncs first. */
  async syncs(blueprintId: string): Promise<RenderSync[]> {
    const path = `/blueprints/${id(blueprintId)}/syncs`;
    const page = await this.#get(path, z.array(z.looseObject({ sync: syncSchema })), { limit: 20 });
    return page.map((entry) => entry.sync);
  }

  /** What Render thinks of a render.yaml, and what a sync of it would create. */
  async validateBlueprint(ownerId: string, text: string): Promise<RenderValidation> {
    const form = new FormData();
    form.set("ownerId", ownerId);
    form.set("file", new Blob([text], { type: "application/yaml" }), "render.yaml");
    const call: RenderCall = { method: "POST", path: "/blueprints/validate", form, isRepeatable: true };
    return this.#parse(call, validationSchema, await this.#send(call));
  }

  /** The names of the variables set on the service itself, not those of its groups. Values stay here. */
  async envVarKeys(serviceId: string): Promise<string[]> {
    const path = `/services/${id(serviceId)}/env-vars`;
    return (await this.#list(path, "envVar", envVarSchema)).map(({ key }) => key);
  }

  /** One variable's value: a secret, to be handed to {@link Secrets} at once. Undefined where it is not set. */
  async envVar(serviceId: string, key: string): Promise<string | undefined> {
    try {
      const path = `/services/${id(serviceId)}/env-vars/${id(key)}`;
      return (await this.#get(path, envVarSchema)).value ?? undefined;
    } catch (error) {
      if (error instanceof RenderError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #get<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<T> {
    const call: RenderCall = { method: "GET", path, query };
    return this.#parse(call, schema, await this.#send(call));
  }

  async #list<T>(path: string, key: string, schema: z.ZodType<T>, query: Query = {}): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    for (;;) {
      const call: RenderCall = { method: "GET", path, query: { ...query, limit: pageSize, cursor } };
      const page = this.#parse(
        call,
        z.array(z.looseObject({ cursor: z.string().nullish() })),
        await this.#send(call),
      );
      for (const entry of page) items.push(this.#parse(call, schema, entry[key]));
      const next = page.at(-1)?.cursor ?? undefined;
      // The end is a short page; a cursor that comes back would go round for ever.
      if (page.length < pageSize || next === undefined || next === cursor) return items;
      cursor = next;
    }
  }

  async #send(call: RenderCall): Promise<unknown> {
    return (await this.http.send(call)).body;
  }

  #parse<T>({ method, path }: RenderCall, schema: z.ZodType<T>, answer: unknown): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const { path: place, message } = parsed.error.issues[0];
    throw new RenderError(
      `Render's answer to ${method} ${path} is not as documented: ${place.join(".")} ${message}`,
      {
        code: "render_answer",
        exitCode: exitCode.unexpected,
        fix: "a newer version of shap-deploy may know it; please report it if not",
      },
    );
  }
}

export interface LogQuery {
  since?: Date;
  until?: Date;
  limit?: number;
  text?: string;
  type?: readonly string[];
  level?: readonly string[];
  instance?: readonly string[];
}
