import { z } from "zod";
import { problems } from "../http/problem.js";

export type Json = Record<string, unknown>;

/** What the document tells of one method of an address. */
export interface Operation {
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
  /** What a success says as JSON. */
  readonly answer?: z.ZodType;
  /** Answers without a body, beside the success. */
  readonly bare?: readonly (readonly [status: number, description: string])[];
  /** The status of a success that made something new, where that is another one. */
  readonly created?: readonly [status: number, description: string];
  readonly errors?: readonly number[];
}

/** The same as OpenAPI writes it. */
export function operation(path: string, method: string, what: Operation): Json {
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
        ([status, description]) => [
          String(status),
          response(description, what.success[2] ?? [], what.answer),
        ],
      ),
      ...(what.bare ?? []).map(([status, description]) => [String(status), response(description, [])]),
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

function response(description: string, types: readonly string[], answer?: z.ZodType): Json {
  if (types.length === 0) return { description };
  const media = answer === undefined ? {} : { schema: schemaOf(answer) };
  return { description, content: Object.fromEntries(types.map((type) => [type, media])) };
}

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
