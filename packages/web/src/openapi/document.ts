import { z } from "zod";
import { problems } from "../http/problem.js";
import { resultTypes } from "../result/write-result.js";
import { explainRequest, predictRequest } from "../routes/explain.js";
import { resultQuery, submitQuery } from "../routes/jobs.js";
import { modelUploadQuery } from "../routes/model-uploads.js";
import { plotQuery, plotRequest } from "../routes/plots.js";
import { backgroundTypes, modelType } from "../upload/read-model-upload.js";
import { uploadTypes } from "../upload/upload-readers.js";
import { version } from "../version.js";
import { problemSchema } from "./problem-schema.js";

type Json = Record<string, unknown>;
/** As far as it is read here. */
export type OpenApiDocument = Json & { readonly paths: Readonly<Record<string, Json>> };

interface Operation {
  readonly summary: string;
  readonly role?: "read" | "write" | "admin";
  /** The key may come as a password too (HTTP Basic), as browsers send it. */
  readonly password?: boolean;
  readonly path?: readonly string[];
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** A body that is no JSON request: what it is, and the types it comes as. */
  readonly upload?: readonly [description: string, types: readonly string[]];
  readonly headers?: readonly string[];
  readonly success: readonly [status: number, description: string, types?: readonly string[]];
  /** The status of a success that made something new, where that is another one. */
  readonly created?: readonly [status: number, description: string];
  readonly errors?: readonly number[];
}

const json = ["application/json"];

/** Every address, by path and method. The schemas are those that check the requests. */
const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "/health": {
    get: { summary: "Whether the service can do its work", success: [200, "It can", json], errors: [503] },
  },
  "/live": { get: { summary: "Whether the process answers", success: [200, "It does", json] } },
  "/metrics": {
    get: { summary: "Metrics for Prometheus", role: "read", success: [200, "Metrics", ["text/plain"]] },
  },
  "/openapi.json": { get: { summary: "This document", success: [200, "OpenAPI 3.1", json] } },
  "/docs": { get: { summary: "The same for people", success: [200, "A page", ["text/html"]] } },
  "/admin/queues": {
    get: {
      summary: "The queue on Redis as a page, for a browser",
      role: "admin",
      password: true,
      success: [200, "A page", ["text/html"]],
      errors: [404, 405, 503],
    },
  },
  "/v1/models": {
    get: { summary: "The models that are served", role: "read", success: [200, "Models", json] },
  },
  "/v1/models/{name}": {
    get: {
      summary: "One model",
      role: "read",
      path: ["name"],
      success: [200, "The model", json],
      errors: [404, 422, 503],
    },
    put: {
      summary: "Upload a model file, or a new version of it",
      role: "admin",
      path: ["name"],
      query: modelUploadQuery,
      upload: ["The model file; gzip is accepted", [modelType]],
      success: [200, "The model, in its new version", json],
      created: [201, "The model, which is new"],
      errors: [400, 408, 409, 413, 415, 422, 503, 507],
    },
    delete: {
      summary: "Remove an uploaded model",
      role: "admin",
      path: ["name"],
      success: [204, "Gone"],
      errors: [400, 404, 409, 503],
    },
  },
  "/v1/models/{name}/background": {
    put: {
      summary: "Upload the rows a model is compared with",
      role: "admin",
      path: ["name"],
      upload: ["Rows; gzip is accepted", backgroundTypes],
      success: [200, "The model, with its new background", json],
      created: [201, "The model, which had no background before"],
      errors: [400, 404, 408, 409, 413, 415, 422, 503, 507],
    },
  },
  "/v1/models/{name}/predict": {
    post: {
      summary: "Predict rows",
      role: "read",
      path: ["name"],
      body: predictRequest,
      success: [200, "One array of predictions a row", json],
      errors: [400, 404, 413, 422, 503],
    },
  },
  "/v1/models/{name}/explain": {
    post: {
      summary: "Explain rows at once",
      role: "read",
      path: ["name"],
      body: explainRequest,
      success: [200, "Values that add up to each prediction", json],
      errors: [400, 404, 413, 422, 503],
    },
  },
  "/v1/models/{name}/plots/{plot}": {
    get: {
      summary: "Draw the explanation of the background rows",
      role: "read",
      path: ["name", "plot"],
      query: plotQuery,
      success: [200, "A drawing", ["image/svg+xml"]],
      errors: [400, 404, 422, 503],
    },
    post: {
      summary: "Draw the explanation of rows",
      role: "read",
      path: ["name", "plot"],
      body: plotRequest,
      success: [200, "A drawing", ["image/svg+xml"]],
      errors: [400, 404, 413, 422, 503],
    },
  },
  "/v1/jobs": {
    post: {
      summary: "Explain a table of any length as a job",
      role: "write",
      query: submitQuery,
      upload: ["A table with a header; gzip is accepted", uploadTypes],
      headers: ["Idempotency-Key"],
      success: [202, "The job; its address is in Location", json],
      errors: [400, 404, 409, 415, 422, 503, 507],
    },
  },
  "/v1/jobs/{id}": {
    get: {
      summary: "A job's state",
      role: "read",
      path: ["id"],
      success: [200, "The job", json],
      errors: [404, 503],
    },
    delete: {
      summary: "Cancel a job and remove its data",
      role: "write",
      path: ["id"],
      success: [204, "Gone"],
      errors: [404, 503],
    },
  },
  "/v1/jobs/{id}/events": {
    get: {
      summary: "A job's progress as server-sent events",
      role: "read",
      path: ["id"],
      headers: ["Last-Event-ID"],
      success: [
        200,
        "Events until the job ends; 204 where Last-Event-ID was the last",
        ["text/event-stream"],
      ],
      errors: [404, 503],
    },
  },
  "/v1/jobs/{id}/result": {
    get: {
      summary: "A completed job's result, in the form asked for",
      role: "read",
      path: ["id"],
      query: resultQuery,
      success: [200, "One row a row of the input, in its order", resultTypes],
      errors: [400, 404, 406, 409, 503],
    },
  },
  "/v1/workers": {
    get: { summary: "The live workers", role: "read", success: [200, "Workers", json], errors: [503] },
  },
  "/v1/workers/sweep": {
    post: {
      summary: "Clear the registrations of dead workers",
      role: "admin",
      success: [200, "What was cleared", json],
      errors: [503],
    },
  },
};

/** The OpenAPI 3.1 document. Its schemas are made of the very ones that check requests. */
export function openApiDocument(): OpenApiDocument {
  return {
    openapi: "3.1.0",
    info: {
      title: "shap-service",
      version,
      description: "Exact SHAP values: every explanation adds up to the prediction, or is refused.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(
      Object.entries(operations).map(([path, methods]) => [
        path,
        Object.fromEntries(
          Object.entries(methods).map(([method, what]) => [method, operation(path, method, what)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key, where the service has any" },
        password: { type: "http", scheme: "basic", description: "Any name; the password is the API key" },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function operation(path: string, method: string, what: Operation): Json {
  const errors = [...(what.errors ?? []), ...(what.role === undefined ? [] : [401, 429])];
  if (method !== "get" || what.role === "admin") errors.push(403);
  // Fields of the query that are not known are refused at all of them; the page is the queue's own.
  if (what.role !== undefined && what.password !== true) errors.push(400);
  return {
    operationId: `${method}${path.replace(/[/{}]+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, "")}`,
    summary: what.summary,
    ...(what.role === undefined ? {} : { security: securityOf(what), "x-role": what.role }),
    parameters: [
      ...(what.path ?? []).map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
      ...queryParameters(what.query),
      ...(what.headers ?? []).map((name) => ({ name, in: "header", schema: { type: "string" } })),
    ],
    ...requestBody(what),
    responses: Object.fromEntries([
      ...[what.success, ...(what.created === undefined ? [] : [what.created])].map(
        ([status, description]) => [String(status), response(description, what.success[2] ?? [])],
      ),
      ...[...new Set(errors)].sort().map((status) => [String(status), problem(status)]),
    ]),
  };
}

/** The empty one: a service without keys asks for none. */
const securityOf = ({ password }: Operation): Json[] => [
  { key: [] },
  ...(password === true ? [{ password: [] }] : []),
  {},
];

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (query === undefined) return [];
  const { properties = {} } = schemaOf(query) as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", schema }));
}

function requestBody({ body, upload }: Operation): Json {
  if (body !== undefined) {
    return { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body) } } } };
  }
  if (upload === undefined) return {};
  const [description, types] = upload;
  const content = Object.fromEntries(types.map((type) => [type, {}]));
  return { requestBody: { required: true, description, content } };
}

const response = (description: string, types: readonly string[]): Json =>
  types.length === 0
    ? { description }
    : { description, content: Object.fromEntries(types.map((type) => [type, {}])) };

function problem(status: number): Json {
  const titles = Object.values(problems).flatMap(([code, title]) => (code === status ? [title] : []));
  return {
    description: titles.join(", or: "),
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

/** Rows are checked by the model they are for; any array or object passes here. */
function schemaOf(type: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: "input", unrepresentable: "any" }) as Json;
  return schema;
}
