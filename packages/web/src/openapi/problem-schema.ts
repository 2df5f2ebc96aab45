import { problems } from "../http/problem.js";

/** A problem document as the OpenAPI document tells it. */
export const problemSchema = {
  type: "object",
  description: "RFC 9457",
  required: ["type", "title", "status", "detail", "code", "requestId"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string" },
    code: { enum: Object.keys(problems) },
    requestId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: {
          pointer: { type: "string", description: "JSON pointer into the body" },
          row: { type: "integer" },
          column: {},
          detail: { type: "string" },
        },
      },
    },
  },
};
