import { isJsonText } from "@shap-service/jobs";
import { type Request, type Response, raw } from "express";
import { ProblemError } from "../http/problem.js";
import { refuseForeignCharset } from "./charset.js";

/** A model file is bytes; the types its background rows come as. */
export const modelType = "application/octet-stream";
export const backgroundTypes = ["text/csv", "application/json"];

/** One upload is read at a time, and the next ones wait: a client that falls asleep must not hold them for long. */
const READ_WITHIN_MS = 120_000;

/**
 * The bytes of a model file, unpacked where they are gzip. The limit holds before and while they are read.
 * @throws ProblemError
 */
export function readModelUpload(req: Request, res: Response, maxBytes: number): Promise<Uint8Array> {
  if (typeOf(req)?.startsWith("multipart/")) {
    throw new ProblemError(
      "unsupported-media-type",
      "Send the file's bytes as the body (curl --data-binary @FILE), not a form",
    );
  }
  return readBytes(req, res, maxBytes, "model-too-large");
}

/** @throws ProblemError also where the rows are not what Content-Type says */
export async function readBackgroundUpload(
  req: Request,
  res: Response,
  maxBytes: number,
): Promise<Uint8Array> {
  const type = typeOf(req);
  // What curl says unasked.
  const unsaid = type === undefined || type === "application/x-www-form-urlencoded";
  if (!unsaid && !backgroundTypes.includes(type)) {
    throw new ProblemError("unsupported-media-type", `Send ${backgroundTypes.join(" or ")}, not ${type}`);
  }
  refuseForeignCharset(req.get("content-type"));
  const bytes = await readBytes(req, res, maxBytes, "body-too-large");
  if (!unsaid && isJsonText(bytes) !== (type === "application/json")) {
    throw new ProblemError(
      "bad-table",
      type === "application/json"
        ? 'The body is no JSON array and no {"rows": […]}'
        : "The body begins like JSON; a CSV column of such a name stands in quotes",
    );
  }
  return bytes;
}

const typeOf = (req: Request): string | undefined =>
  req.get("content-type")?.split(";")[0]?.trim().toLowerCase();

async function readBytes(
  req: Request,
  res: Response,
  maxBytes: number,
  tooLarge: "model-too-large" | "body-too-large",
): Promise<Uint8Array> {
  const read = raw({ limit: maxBytes, type: () => true });
  let clock: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      clock = setTimeout(() => reject(tooSlow(res)), READ_WITHIN_MS);
      read(req, res, (error: unknown) => (error === undefined ? resolve() : reject(error)));
    });
  } catch (error) {
    if ((error as { type?: string }).type !== "entity.too.large") throw error;
    const megabytes = Math.round((maxBytes / 2 ** 20) * 1000) / 1000;
    throw new ProblemError(tooLarge, `At most ${megabytes} MB are taken, unpacked; see SHAP_MAX_MODEL_MB`);
  } finally {
    clearTimeout(clock);
  }
  const body: unknown = req.body;
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new ProblemError("empty-body", "Send the bytes of the file as the body");
  }
  return body;
}

/** The rest of the body is not waited for. */
function tooSlow(res: Response): ProblemError {
  res.setHeader("Connection", "close");
  return new ProblemError("upload-too-slow", `The body did not arrive within ${READ_WITHIN_MS / 1000} s`);
}
