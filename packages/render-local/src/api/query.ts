import type { Request } from "express";
import type { z } from "zod";
import { ApiError } from "../errors.js";

/** All values of a query parameter, whether they are joined by commas or the key is repeated. */
export function texts(request: Request, name: string): string[] {
  const value = request.query[name];
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return values.flatMap((item) => String(item).split(",")).filter((item) => item !== "");
}

/** One value of a query parameter, not split. */
export function text(request: Request, name: string): string | undefined {
  const value = request.query[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? undefined : String(first);
}

/** All values of a repeated query parameter, not split at commas. */
export function repeated(request: Request, name: string): string[] {
  const value = request.query[name];
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return values.map(String);
}

/** A time given as ISO 8601 or seconds since 1970, in nanoseconds (log pages are cut that finely). */
export function time(request: Request, name: string): bigint | undefined {
  const value = text(request, name);
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(value)) return BigInt(value) * 1_000_000_000n;
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? "";
  const milliseconds = Date.parse(value.replace(/\.\d+/, ""));
  if (Number.isNaN(milliseconds)) throw new ApiError(400, `invalid ${name}: ${value} is no ISO 8601 time`);
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9));
}

/** The same in milliseconds. */
export function milliseconds(request: Request, name: string): number | undefined {
  const value = time(request, name);
  return value === undefined ? undefined : Number(value / 1_000_000n);
}

/** `limit` of a list: 1 to 100, 20 when not given. Lists document no 400, so what is out of range is brought into it. */
export function limit(request: Request): number {
  const number = Math.trunc(Number(text(request, "limit") ?? 20));
  return Number.isNaN(number) ? 20 : Math.min(Math.max(number, 1), 100);
}

/** Keeps what was made or changed in the time that `xxxBefore` and `xxxAfter` give. */
export function within(request: Request, prefix: string): (at: string | undefined) => boolean {
  const before = milliseconds(request, `${prefix}Before`);
  const after = milliseconds(request, `${prefix}After`);
  return (at) => {
    if (before === undefined && after === undefined) return true;
    if (at === undefined) return false;
    const moment = Date.parse(at);
    return (before === undefined || moment < before) && (after === undefined || moment > after);
  };
}

/** The body of a request, checked. @throws ApiError 400 that names the field */
export function body<Schema extends z.ZodType>(request: Request, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  throw new ApiError(400, `invalid request body: ${place}${issue.message}`);
}
