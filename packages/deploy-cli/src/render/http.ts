import type { Clock } from "../clock.js";
import { usageError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { errorOfStatus, RenderError } from "./render-error.js";

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

export interface RenderCall {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below `/v1`, its parts already escaped. */
  path: string;
  /** A list is sent as repeated keys. */
  query?: Query;
  body?: unknown;
  form?: FormData;
  /** Whether doing it twice is as good as once; default: all but POST. */
  isRepeatable?: boolean;
}

export interface RenderHttpOptions {
  apiKey: string;
  /** Default `https://api.render.com/v1`. */
  apiUrl?: string;
  clock: Clock;
  signal?: AbortSignal;
  /** Milliseconds for one attempt; default 30,000. */
  timeout?: number;
  /** Told of every wait, for --verbose. */
  onRetry?: (line: string) => void;
}

const attempts = 6;
const firstDelay = 500;
const longestDelay = 30_000;

/**
 * One call of Render's REST API, with its rules for calling again:
 * - an answer 429 was not acted on, so every call is made again after the limit's reset;
 * - after 5xx, a lost connection or an answer that is no JSON it is not known whether the call was acted on: calls
 *   that may be repeated are; a POST is not, and fails with `isUncertain` so that its caller looks first.
 */
export class RenderHttp {
  readonly #base: string;
  readonly #options: RenderHttpOptions;
  /** No GET before this moment: the last answer said that the limit is used up. */
  #blockedUntil = 0;

  constructor(options: RenderHttpOptions) {
    this.#options = options;
    const base = options.apiUrl ?? "https://api.render.com/v1";
    if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
      throw usageError("RENDER_API_URL is not an http or https address.", "api_url");
    }
    this.#base = base.replace(/\/+$/, "");
  }

  /** The answer's JSON; undefined for an empty answer (204, and 202 without a body). */
  async send(call: RenderCall): Promise<{ status: number; body: unknown }> {
    const name = `${call.method} ${call.path}`;
    const isRepeatable = call.isRepeatable ?? call.method !== "POST";
    const { clock, onRetry } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      await this.#waitForLimit(call);
      const outcome = await this.#attempt(call, name);
      if (!("error" in outcome)) return outcome;
      const { error, wasIgnored, reset } = outcome;
      const mayRepeat = wasIgnored || (isRepeatable && error.isUncertain);
      if (!mayRepeat || attempt === attempts) throw error;
      // Full jitter: two tools that were refused together do not come back together.
      const backOff = Math.min(longestDelay, firstDelay * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      const delay = reset === undefined ? backOff : reset + Math.random() * firstDelay;
      onRetry?.(`${error.message}; trying again in ${Math.ceil(delay / 1000)} s`);
      await clock.wait(delay);
    }
  }

  async #attempt(call: RenderCall, name: string): Promise<Attempt> {
    const { signal, timeout = 30_000 } = this.#options;
    const limit = AbortSignal.timeout(timeout);
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url(call), {
        method: call.method,
        headers: {
          authorization: `Bearer ${this.#options.apiKey}`,
          accept: "application/json",
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: call.form ?? (call.body === undefined ? undefined : JSON.stringify(call.body)),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        // A redirect would carry the key to another host.
        redirect: "error",
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      return { error: unreachable(name, error, limit.aborted ? timeout : undefined), wasIgnored: false };
    }
    this.#noteLimit(call, response);
    if (!response.ok) {
      const error = errorOfStatus(response.status, name, text);
      if (response.status === 429)
        return { error, wasIgnored: true, reset: resetDelay(response, this.#options.clock) };
      return { error: response.status >= 500 ? uncertain(error) : error, wasIgnored: false };
    }
    if (text.trim() === "") return { status: response.status, body: undefined };
    try {
      return { status: response.status, body: JSON.parse(text) };
    } catch (cause) {
      const error = new RenderError(`Render's answer to ${name} is no JSON`, {
        code: "render_garbage",
        exitCode: exitCode.unexpected,
        status: response.status,
        isUncertain: true,
        fix: "is RENDER_API_URL right? Else see https://status.render.com, and run the same command again",
        cause,
      });
      return { error, wasIgnored: false };
    }
  }

  #url({ path, query = {} }: RenderCall): URL {
    const url = new URL(`${this.#base}${path}`);
    for (const [key, value] of Object.entries(query)) {
      if (value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(key, String(one));
    }
    return url;
  }

  #noteLimit(call: RenderCall, response: Response): void {
    if (call.method !== "GET" || response.headers.get("ratelimit-remaining") !== "0") return;
    const delay = resetDelay(response, this.#options.clock);
    if (delay !== undefined) this.#blockedUntil = this.#options.clock.deadline(delay);
  }

  async #waitForLimit(call: RenderCall): Promise<void> {
    const { clock } = this.#options;
    clock.throwIfStopped();
    const left = this.#blockedUntil - clock.now();
    if (call.method === "GET" && left > 0) await clock.wait(left / clock.scale);
  }
}

type Attempt =
  | { status: number; body: unknown }
  | { error: RenderError; wasIgnored: boolean; reset?: number };

/**
 * Milliseconds until the rate limit opens again. Render's documents call the header epoch seconds while their
 * example shows 45: a small number is taken as seconds from now.
 */
function resetDelay(response: Response, clock: Clock): number | undefined {
  const value = Number(response.headers.get("ratelimit-reset") ?? response.headers.get("retry-after") ?? "x");
  if (!Number.isFinite(value) || value < 0) return undefined;
  const milliseconds = value < 1e9 ? value * 1000 : Math.max(0, value * 1000 - clock.now());
  return Math.min(milliseconds, 120_000);
}

function unreachable(name: string, cause: unknown, timeout: number | undefined): RenderError {
  const reason =
    cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
  const what =
    timeout === undefined ? `cannot be reached (${reason})` : `did not answer within ${timeout / 1000} s`;
  return new RenderError(`Render ${what} at ${name}`, {
    code: "render_unreachable",
    exitCode: exitCode.unexpected,
    isUncertain: true,
    fix: "check the network, then run the same command again: it goes on where it was",
    cause,
  });
}

function uncertain(error: RenderError): RenderError {
  const { code, status, fix } = error;
  return new RenderError(error.message, { code, exitCode: error.exitCode, status, fix, isUncertain: true });
}
