import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormatsModule from "ajv-formats";

type Json = Record<string, unknown>;
type EventSchema = {
  event: { properties: { details: { oneOf: { title: string; properties?: Json }[] } } };
};

const path = process.env.RENDER_OPENAPI;
const document = path ? (JSON.parse(readFileSync(path, "utf8")) as Json) : undefined;

/** Whether answers are checked here: RENDER_OPENAPI names Render's published OpenAPI document. */
export const isOpenApiKnown = document !== undefined;

const validators = new Map<string, ValidateFunction>();
const ajv = new Ajv({ strict: false, allErrors: true });
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;
addFormats(ajv);
if (document) ajv.addSchema(prepared(document) as Json, "render");

/** Throws when an answer is not as the document says: its status, and its body down to the last field. */
export function checkAgainstOpenApi(method: string, calledPath: string, status: number, body: unknown): void {
  if (!document) return;
  const [template, operations] = operationsAt(calledPath);
  const operation = operations[method.toLowerCase()] as { responses: Record<string, Json> } | undefined;
  if (!operation) throw new Error(`Render documents no ${method} ${template}`);
  const where = `${method} ${template} ${status}`;
  const response = operation.responses[String(status)];
  if (!response) throw new Error(`Render documents no ${where}`);
  const content = (resolved(response) as { content?: Record<string, Json> }).content;
  if (body === undefined) return;
  if (!content) throw new Error(`Render documents no body for ${where}`);
  const validate = validatorFor(template, method, status, response);
  if (!validate(body)) {
    throw new Error(
      `${where} is not as documented: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
    );
  }
  if (/\/events(\/|$)/.test(template)) checkEventDetails(body);
}

/** The details of an event: which of the forty shapes is meant, the shape's title tells. */
function checkEventDetails(body: unknown): void {
  const schemas = (document as { components: { schemas: Record<string, never> } }).components.schemas;
  const { oneOf } = (schemas.serviceEventWithCursor as never as Record<string, EventSchema>).properties.event
    .properties.details;
  const events = (Array.isArray(body) ? body.map((item) => item.event ?? item) : [body]) as Json[];
  for (const { type, details } of events) {
    const title = type === "plan_changed" ? "instance_type_changed" : type;
    const index = oneOf.findIndex((one) => one.title.toLowerCase().replaceAll(" ", "_") === title);
    if (index === -1) throw new Error(`Render documents no event ${type}`);
    const unknown = Object.keys(details as Json).filter((key) => !(key in (oneOf[index].properties ?? {})));
    if (unknown.length > 0) throw new Error(`Render documents no ${unknown.join()} in an event ${type}`);
    const place =
      "render#/components/schemas/serviceEventWithCursor/properties/event/properties/details/anyOf";
    const validate = ajv.getSchema(`${place}/${index}`) as ValidateFunction;
    if (!validate(details)) throw new Error(`an event ${type}: ${ajv.errorsText(validate.errors)}`);
  }
}

function operationsAt(calledPath: string): [string, Json] {
  const paths = Object.entries((document as { paths: Record<string, Json> }).paths);
  // A fixed path (/blueprints/validate) goes before one with a parameter in its place.
  paths.sort(([one], [other]) => one.split("{").length - other.split("{").length);
  const found = paths.find(([template]) =>
    new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(calledPath),
  );
  if (!found) throw new Error(`Render documents no ${calledPath}`);
  return found;
}

function validatorFor(template: string, method: string, status: number, response: Json): ValidateFunction {
  const key = `${method} ${template} ${status}`;
  const known = validators.get(key);
  if (known) return known;
  const media = "content/application~1json/schema";
  const place = response.$ref
    ? `${response.$ref}/${media}`
    : `#/paths/${template.replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D")}/${method.toLowerCase()}/responses/${status}/${media}`;
  const validate = ajv.compile({ $ref: `render${place}` });
  validators.set(key, validate);
  return validate;
}

function resolved(response: Json): Json {
  if (typeof response.$ref !== "string") return response;
  return response.$ref
    .slice(2)
    .split("/")
    .map((key) => decodeURIComponent(key).replaceAll("~1", "/"))
    .reduce((node, key) => node[key] as Json, document as Json);
}

/**
 * The document as a JSON Schema validator can use it. Its `oneOf` lists overlap (a worker's details are also a private
 * service's), so they are read as `anyOf`; `nullable` becomes a type.
 */
function prepared(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(prepared);
  if (typeof node !== "object" || node === null) return node;
  const result: Json = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "discriminator" || key === "example") continue;
    if (key === "$ref" && typeof value === "string") result.$ref = value.replaceAll("/oneOf/", "/anyOf/");
    else result[key === "oneOf" ? "anyOf" : key] = prepared(value);
  }
  if (result.nullable === true && typeof result.type === "string") result.type = [result.type, "null"];
  return result;
}
