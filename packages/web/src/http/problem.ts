/** Every problem this service answers with: code → [status, title]. docs/api.md lists them. */
export const problems = {
  "bad-json": [400, "The body is no JSON"],
  "bad-http": [400, "The request is no HTTP as it should be"],
  "bad-expectation": [417, "The request expects what is not served"],
  "headers-too-large": [431, "The headers are too large"],
  "bad-request": [400, "The request is not as it should be"],
  "empty-body": [400, "The body is empty"],
  "bad-row": [422, "A row does not fit the model"],
  "bad-table": [422, "The table cannot be read"],
  "unknown-field": [400, "The request has a field that is not known"],
  "too-many-rows": [413, "Too many rows for a direct request"],
  "body-too-large": [413, "The body is too large"],
  "unsupported-media-type": [415, "The body's type is not served"],
  "not-acceptable": [406, "None of the types asked for is served"],
  unauthorized: [401, "A key is needed"],
  forbidden: [403, "The key's role does not allow this"],
  "foreign-page": [403, "The request comes from a page of another origin"],
  "too-many-requests": [429, "Too many requests"],
  "model-not-found": [404, "No such model"],
  "model-is-file": [409, "The model is a file of the service"],
  "model-changed": [409, "The model was changed at the same time"],
  "model-too-large": [413, "The model file is too large"],
  "model-too-slow": [422, "The model takes too long to load and explain"],
  "model-too-big": [422, "The model takes too much memory to load and explain"],
  "model-not-additive": [422, "The model's explanations do not add up"],
  "background-misfit": [422, "The background rows do not fit the model"],
  "upload-too-slow": [408, "The upload took too long"],
  "check-failed": [503, "The model could not be checked"],
  "uploads-busy": [503, "Many uploads wait to be checked"],
  "model-broken": [422, "The model file is broken"],
  "model-unsupported": [422, "The model cannot be explained this way"],
  "job-not-found": [404, "No such job"],
  "job-not-completed": [409, "The job is not completed"],
  "not-found": [404, "No such address"],
  "no-board": [404, "The queue has no page"],
  "method-not-allowed": [405, "The address does not serve this method"],
  "store-full": [507, "No room is left"],
  "queue-away": [503, "The queue cannot be reached"],
  "no-worker": [503, "No worker takes chunks"],
  overloaded: [503, "The service is short of memory"],
  "job-ended": [409, "The job was ended while its rows arrived"],
  "key-reused": [422, "The Idempotency-Key was used for another request"],
  "key-in-flight": [409, "The first request with this Idempotency-Key is under way"],
  internal: [500, "Something went wrong here"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** One fault inside the request: a JSON pointer (RFC 6901) into the body where there is one. */
export interface Fault {
  readonly pointer?: string;
  readonly row?: number;
  readonly column?: string | number;
  /** Where in a model file. */
  readonly path?: string;
  readonly detail: string;
}

/** An error with an answer: thrown anywhere below a route, written as `application/problem+json` (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly extra: {
      readonly errors?: readonly Fault[];
      readonly retryAfterSeconds?: number;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  get status(): number {
    return problems[this.code][0];
  }

  /** The problem document. */
  toDocument(instance: string, requestId: string): Record<string, unknown> {
    return {
      type: `/docs/problems/${this.code}`,
      title: problems[this.code][1],
      status: this.status,
      detail: this.message,
      instance,
      code: this.code,
      requestId,
      ...(this.extra.errors === undefined ? {} : { errors: this.extra.errors }),
    };
  }
}
