import { DeployToolError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { printableLine } from "../terminal/printable.js";

export interface RenderErrorOptions {
  code: string;
  exitCode: ExitCode;
  status?: number;
  fix?: string;
  cause?: unknown;
  /** The call may have had its effect: look before it is made again. */
  isUncertain?: boolean;
}

/** A call of Render's API that did not give what was asked for. */
export class RenderError extends DeployToolError {
  override name = "RenderError";
  readonly status: number | undefined;
  readonly isUncertain: boolean;

  constructor(message: string, options: RenderErrorOptions) {
    super(message, options);
    this.status = options.status;
    this.isUncertain = options.isUncertain === true;
  }
}

const longestMessage = 300;

/** What an error answer means, by its status. */
export function errorOfStatus(status: number, call: string, body: string): RenderError {
  const said = messageOf(body);
  const answer = said ? `: ${said}` : "";
  switch (status) {
    case 401:
      return new RenderError(`Render does not accept the API key (401 at ${call})${answer}`, {
        code: "render_unauthorized",
        exitCode: exitCode.refused,
        status,
        fix: "make a key at https://dashboard.render.com/u/settings#api-keys and set RENDER_API_KEY",
      });
    case 402:
      return new RenderError(`Render wants payment information before ${call} (402)${answer}`, {
        code: "render_payment",
        exitCode: exitCode.refused,
        status,
        fix: "add a card at https://dashboard.render.com/billing; workers have no free plan",
      });
    case 403:
      return new RenderError(`the API key may not ${call} (403)${answer}`, {
        code: "render_forbidden",
        exitCode: exitCode.refused,
        status,
        fix: "use a key of a member of the workspace who may change services",
      });
    case 429:
      return new RenderError(`Render's rate limit holds at ${call}, also after waiting (429)${answer}`, {
        code: "render_rate_limit",
        exitCode: exitCode.refused,
        status,
        fix: "wait a minute and run the same command again: it goes on where it was",
      });
    case 404:
    case 410:
      return new RenderError(`Render knows nothing at ${call} (${status})${answer}`, {
        code: "render_not_found",
        exitCode: exitCode.unexpected,
        status,
        fix: "it may have been deleted meanwhile: shap-deploy status shows what is there",
      });
    default:
      return new RenderError(`Render answered ${status} to ${call}${answer}`, {
        code: status >= 500 ? "render_unavailable" : "render_refused",
        exitCode: status >= 500 ? exitCode.unexpected : exitCode.refused,
        status,
        fix:
          status >= 500
            ? "see https://status.render.com, then run the same command again: it goes on where it was"
            : "see what the service does now with shap-deploy status, then run the same command again",
      });
  }
}

/** What an error body says: Render's `message`, or the start of a body that is no JSON. */
function messageOf(body: string): string {
  let text = body;
  try {
    const parsed: unknown = JSON.parse(body);
    const { message } = (parsed ?? {}) as { message?: unknown };
    text = typeof message === "string" ? message : "";
  } catch {
    // Not JSON: a proxy's page, perhaps. Its beginning is better than nothing.
    text = body.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  }
  const line = printableLine(text.trim());
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line;
}
