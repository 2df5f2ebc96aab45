import { resultTypes } from "../result/write-result.js";
import { explainRequest, predictRequest } from "../routes/explain.js";
import { resultQuery, submitQuery } from "../routes/jobs.js";
import { modelUploadQuery } from "../routes/model-uploads.js";
import { plotQuery, plotRequest } from "../routes/plots.js";
import { backgroundTypes, modelType } from "../upload/read-model-upload.js";
import { uploadTypes } from "../upload/upload-readers.js";
import { version } from "../version.js";
import {
  explainAnswer,
  healthAnswer,
  jobAnswer,
  liveAnswer,
  modelAnswer,
  modelsAnswer,
  predictAnswer,
  sweepAnswer,
  workersAnswer,
} from "./answers.js";
import { type Json, type Operation, operation } from "./operation.js";
import { problemSchema } from "./problem-schema.js";

/** As far as it is read here. */
export type OpenApiDocument = Json & { readonly paths: Readonly<Record<string, Json>> };

const json = ["application/json"];

/** Every address, by path and method. The schemas are those that check the requests. */
const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "/health": {
    get: {
      summary: "Whether the service can do its work",
      success: [200, "It can", json],
      answer: healthAnswer,
      errors: [503],
    },
  },
  "/live": {
    get: { summary: "Whether the process answers", success: [200, "It does", json], answer: liveAnswer },
  },
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
    get: {
      summary: "The models that are served",
      role: "read",
      success: [200, "Models", json],
      answer: modelsAnswer,
    },
  },
  "/v1/models/{name}": {
    get: {
      summary: "One model",
      role: "read",
      path: ["name"],
      success: [200, "The model", json],
      answer: modelAnswer,
      errors: [404, 422, 503],
    },
    put: {
      summary: "Upload a model file, or a new version of it",
      role: "admin",
      path: ["name"],
      query: modelUploadQuery,
      upload: ["The model file; gzip is accepted", [modelType]],
      success: [200, "The model, in its new version", json],
      answer: modelAnswer,
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
      answer: modelAnswer,
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
      answer: predictAnswer,
      errors: [400, 404, 413, 415, 422, 503],
    },
  },
  "/v1/models/{name}/explain": {
    post: {
      summary: "Explain rows at once",
      role: "read",
      path: ["name"],
      body: explainRequest,
      success: [200, "Values that add up to each prediction", json],
      answer: explainAnswer,
      errors: [400, 404, 413, 415, 422, 503],
    },
  },
  "/v1/models/{name}/plots/{plot}": {
    get: {
      summary: "Draw the explanation of the background rows",
      role: "read",
      path: ["name", "plot"],
      query: plotQuery,
      success: [200, "A drawing", ["image/svg+xml"]],
      errors: [400, 404, 413, 422, 503],
    },
    post: {
      summary: "Draw the explanation of rows",
      role: "read",
      path: ["name", "plot"],
      body: plotRequest,
      success: [200, "A drawing", ["image/svg+xml"]],
      errors: [400, 404, 413, 415, 422, 503],
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
      answer: jobAnswer,
      errors: [400, 404, 409, 413, 415, 422, 503, 507],
    },
  },
  "/v1/jobs/{id}": {
    get: {
      summary: "A job's state",
      role: "read",
      path: ["id"],
      success: [200, "The job", json],
      answer: jobAnswer,
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
      success: [200, "Events until the job ends", ["text/event-stream"]],
      bare: [[204, "Last-Event-ID was the last"]],
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
      bare: [[304, "The client has it: If-None-Match"]],
      errors: [400, 404, 406, 409, 503],
    },
  },
  "/v1/workers": {
    get: {
      summary: "The live workers",
      role: "read",
      success: [200, "Workers", json],
      answer: workersAnswer,
      errors: [503],
    },
  },
  "/v1/workers/sweep": {
    post: {
      summary: "Clear the registrations of dead workers",
      role: "admin",
      success: [200, "What was cleared", json],
      answer: sweepAnswer,
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
      description:
        "Exact SHAP values: every explanation adds up to the prediction, or is refused. Other methods than those of an address are answered 405, with Allow.",
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
