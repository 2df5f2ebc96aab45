import { z } from "zod";
import type { Clock } from "../clock.js";
import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { printableLine } from "../terminal/printable.js";

const text = z.string();
const maybe = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

const healthSchema = z.looseObject({
  status: text,
  version: maybe,
  commit: maybe,
  memory: z.looseObject({ rssBytes: z.number(), limitBytes: z.number() }),
  queue: z.looseObject({
    kind: text,
    status: text,
    latencyMs: z.number().nullish(),
    reconnects: z.number().nullish(),
    counts: z.record(z.string(), z.unknown()).nullish(),
  }),
});

const modelSchema = z.looseObject({
  name: text,
  version: text,
  kind: maybe,
  fallback: z.boolean().nullish(),
  backgroundRows: z.number().nullish(),
});

const modelDetailsSchema = modelSchema.extend({ featureNames: z.array(text), outputNames: z.array(text) });

const jobSchema = z.looseObject({
  id: text,
  state: text,
  rowsDone: z.number().nullish(),
  rowsTotal: z.number().nullish(),
  error: z.unknown().optional(),
});

const resultSchema = z.looseObject({
  featureNames: z.array(text),
  outputNames: z.array(text),
  baseValues: z.array(z.number()),
  predictions: z.array(z.array(z.number())),
  values: z.array(z.array(z.union([z.number(), z.array(z.number())]))),
});

const workerSchema = z.looseObject({
  name: text,
  instance: maybe,
  commit: maybe,
  started: z.unknown().optional(),
  heartbeat: z.unknown().optional(),
  rssBytes: z.number().nullish(),
});

const sweepSchema = z.looseObject({});

export type ServiceHealth = z.output<typeof healthSchema>;
export type ServiceModel = z.output<typeof modelDetailsSchema>;
export type ServiceJob = z.output<typeof jobSchema>;
export type ServiceResult = z.output<typeof resultSchema>;
export type RegisteredWorker = z.output<typeof workerSchema>;

const attempts = 4;
const timeoutMilliseconds = 20_000;

/** An answer of the service that is not what was asked for. */
export class ServiceError extends DeployToolError {
  override name = "ServiceError";
  constructor(
    message: string,
    readonly status?: number,
    cause?: unknown,
  ) {
    const fix =
      status === 401 || status === 403
        ? "set SHAP_API_KEY to an admin key of the service, or let RENDER_API_KEY read it from Render"
        : undefined;
    super(message, { code: "service", exitCode: exitCode.unexpected, fix, cause });
  }
}

/** The web service as its users see it. */
export class ServiceClient {
  constructor(
    /** Without a slash at the end. */
    readonly url: string,
    private readonly apiKey: string | undefined,
    private readonly clock: Clock,
    private readonly signal?: AbortSignal,
  ) {}

  /** What `/health` says, also when it says 503. */
  async health(): Promise<{ ok: boolean; health: ServiceHealth }> {
    const { status, body } = await this.#call("GET", "/health", {}, [503]);
    return { ok: status === 200, health: this.#parse("/health", healthSchema, body) };
  }

  async models(): Promise<z.output<typeof modelSchema>[]> {
    const { body } = await this.#call("GET", "/v1/models");
    return this.#parse("/v1/models", z.looseObject({ models: z.array(modelSchema) }), body).models;
  }

  async model(name: string): Promise<ServiceModel> {
    const path = `/v1/models/${encodeURIComponent(name)}`;
    return this.#parse(path, modelDetailsSchema, (await this.#call("GET", path)).body);
  }

  /** Submits rows. The key makes a repeated submission the same job, so a lost answer may be asked for again. */
  async submit(
    model: string,
    csv: string,
    idempotencyKey: string,
    options: Record<string, string> = {},
  ): Promise<ServiceJob> {
    const path = `/v1/jobs?${new URLSearchParams({ model, ...options })}`;
    const headers = { "content-type": "text/csv", "idempotency-key": idempotencyKey };
    return this.#parse(path, jobSchema, (await this.#call("POST", path, { headers, body: csv })).body);
  }

  async job(id: string): Promise<ServiceJob> {
    const path = `/v1/jobs/${encodeURIComponent(id)}`;
    return this.#parse(path, jobSchema, (await this.#call("GET", path)).body);
  }

  async result(id: string): Promise<ServiceResult> {
    const path = `/v1/jobs/${encodeURIComponent(id)}/result`;
    return this.#parse(path, resultSchema, (await this.#call("GET", path)).body);
  }

  async deleteJob(id: string): Promise<void> {
    await this.#call("DELETE", `/v1/jobs/${encodeURIComponent(id)}`, {}, [404]);
  }

  /** The live registrations. */
  async workers(): Promise<RegisteredWorker[]> {
    const { body } = await this.#call("GET", "/v1/workers");
    return this.#parse("/v1/workers", z.looseObject({ workers: z.array(workerSchema) }), body).workers;
  }

  /** Lets the service clear registrations whose worker is provably dead; gives what it says about it. */
  async sweep(): Promise<Record<string, unknown>> {
    const { body } = await this.#call("POST", "/v1/workers/sweep");
    return this.#parse("/v1/workers/sweep", sweepSchema, body ?? {});
  }

  async #call(
    method: string,
    path: string,
    request: { headers?: Record<string, string>; body?: string } = {},
    alsoFine: readonly number[] = [],
  ): Promise<{ status: number; body: unknown }> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#attempt(method, path, request);
      if (!(answer instanceof ServiceError)) {
        if (answer.status < 300 || alsoFine.includes(answer.status)) return answer;
        const error = refusal(method, path, answer.status, answer.body);
        if (answer.status < 500 && answer.status !== 429) throw error;
        if (attempt === attempts) throw error;
      } else if (attempt === attempts) throw answer;
      await this.clock.wait(1000 * 2 ** (attempt - 1));
    }
  }

  async #attempt(
    method: string,
    path: string,
    { headers, body }: { headers?: Record<string, string>; body?: string },
  ): Promise<{ status: number; body: unknown } | ServiceError> {
    const limit = AbortSignal.timeout(timeoutMilliseconds);
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          accept: "application/json",
          "cache-control": "no-store",
          ...(this.apiKey && path !== "/health" ? { authorization: `Bearer ${this.apiKey}` } : {}),
          ...headers,
        },
        body,
        signal: this.signal ? AbortSignal.any([this.signal, limit]) : limit,
        redirect: "error",
      });
      const said = await response.text();
      return { status: response.status, body: parseJson(said) };
    } catch (error) {
      this.clock.throwIfStopped();
      const reason =
        error instanceof Error
          ? ((error.cause as Error | undefined)?.message ?? error.message)
          : String(error);
      return new ServiceError(`the service does not answer ${method} ${path} (${reason})`, undefined, error);
    }
  }

  #parse<T>(path: string, schema: z.ZodType<T>, body: unknown): T {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const { path: place, message } = parsed.error.issues[0];
    throw new ServiceError(`the answer to ${path} is not as documented: ${place.join(".")} ${message}`);
  }
}

function parseJson(said: string): unknown {
  try {
    return said === "" ? undefined : JSON.parse(said);
  } catch {
    return undefined;
  }
}

function refusal(method: string, path: string, status: number, body: unknown): ServiceError {
  const { title, detail } = (body ?? {}) as { title?: unknown; detail?: unknown };
  const said = [title, detail].filter((part) => typeof part === "string").join(": ");
  return new ServiceError(
    `the service answers ${status} to ${method} ${path}${said ? `: ${printableLine(said).slice(0, 300)}` : ""}`,
    status,
  );
}
