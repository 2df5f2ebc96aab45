import { types } from "node:util";
import {
  CheckFailedError,
  JobEndedError,
  ModelChangedError,
  ModelNotHereError,
  ModelRefusedError,
  NoUploadError,
  NoWorkerError,
  StoreFullError,
  StoreUnavailableError,
  UploadsBusyError,
} from "@shap-service/jobs";
import { ModelFormatError, ShapeError, UnsupportedModelError } from "shap-core";
import { ZodError } from "zod";
import { type Fault, type ProblemCode, ProblemError } from "./problem.js";

/** What any error means to the client. What is not known by its kind is `internal` and tells nothing. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof ZodError) return fromZod(error);
  if (error instanceof ShapeError) return fromShape(error);
  if (error instanceof ModelFormatError) return new ProblemError("model-broken", error.message);
  if (error instanceof UnsupportedModelError) return new ProblemError("model-unsupported", error.message);
  if (error instanceof StoreFullError) {
    return new ProblemError(
      "store-full",
      "The store of jobs is full. Delete finished jobs, or try again later",
      {
        retryAfterSeconds: 60,
      },
    );
  }
  if (error instanceof StoreUnavailableError || error instanceof ModelNotHereError) {
    return new ProblemError("queue-away", "Jobs are not served just now; direct requests are", {
      retryAfterSeconds: 5,
    });
  }
  if (error instanceof NoWorkerError) {
    return new ProblemError("no-worker", "No worker has taken a chunk for minutes; see GET /v1/workers", {
      retryAfterSeconds: 60,
    });
  }
  if (error instanceof JobEndedError) return new ProblemError("job-ended", error.message);
  return (
    fromUpload(error) ??
    fromExpress(error) ??
    new ProblemError("internal", "The fault is logged under this request's id")
  );
}

/** Errors of an uploaded model. */
function fromUpload(error: unknown): ProblemError | undefined {
  if (error instanceof ModelRefusedError) {
    const fault = { ...error.place, detail: error.message };
    return new ProblemError(refusals[error.reason], error.message, { errors: [fault] }, { cause: error });
  }
  if (error instanceof ModelChangedError) {
    return new ProblemError("model-changed", `${error.message}; look at it and send the request again`);
  }
  if (error instanceof NoUploadError) return new ProblemError("model-not-found", error.message);
  if (error instanceof UploadsBusyError) {
    return new ProblemError("uploads-busy", "Send the same request again later", { retryAfterSeconds: 10 });
  }
  if (error instanceof CheckFailedError) {
    return new ProblemError(
      "check-failed",
      "Send it again later; the log tells why under this request's id",
      {
        retryAfterSeconds: 30,
      },
    );
  }
  return undefined;
}

const refusals = {
  broken: "model-broken",
  failed: "model-broken",
  unsupported: "model-unsupported",
  background: "background-misfit",
  time: "model-too-slow",
  memory: "model-too-big",
  "not-additive": "model-not-additive",
} as const satisfies Record<ModelRefusedError["reason"], ProblemCode>;

function fromZod(error: ZodError): ProblemError {
  const errors = error.issues.map(
    (issue): Fault => ({ pointer: toPointer(issue.path), detail: issue.message }),
  );
  const unknown = error.issues.some((issue) => issue.code === "unrecognized_keys");
  const detail = errors.map((fault) => `${fault.pointer || "the body"}: ${fault.detail}`).join("; ");
  return new ProblemError(unknown ? "unknown-field" : "bad-request", detail, { errors });
}

function fromShape(error: ShapeError): ProblemError {
  const { row, column } = error.where;
  const path = ["rows", ...(row === undefined ? [] : [row]), ...(column === undefined ? [] : [column])];
  return new ProblemError("bad-row", error.message, {
    errors: [{ pointer: toPointer(path), row, column, detail: error.message }],
  });
}

/** Errors of Express and its body parsers carry a `type`, or a `status` for a broken address. */
function fromExpress(error: unknown): ProblemError | undefined {
  if (!types.isNativeError(error)) return undefined;
  const { type, status, expose } = error as Error & { type?: string; status?: number; expose?: boolean };
  if (type === "entity.parse.failed") return new ProblemError("bad-json", error.message);
  if (type === "entity.too.large") {
    return new ProblemError("body-too-large", "Send large tables as a job: POST /v1/jobs");
  }
  if (type === "encoding.unsupported" || type === "charset.unsupported") {
    return new ProblemError("unsupported-media-type", error.message);
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new ProblemError("bad-request", expose === false ? "The request cannot be read" : error.message);
  }
  return undefined;
}

/** A JSON pointer, RFC 6901. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
