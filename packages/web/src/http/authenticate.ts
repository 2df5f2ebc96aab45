import { createHash, timingSafeEqual } from "node:crypto";
import type { ApiKey, Role, Settings } from "@shap-service/jobs";
import type { RequestHandler } from "express";
import { ProblemError } from "./problem.js";

/** Who asks. Without any key configured, everyone is the local admin: the service then listens on loopback only. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

const rank: Record<Role, number> = { read: 0, write: 1, admin: 2 };
const localAdmin: Caller = { name: "local", role: "admin" };

type Keys = Pick<Settings, "apiKey" | "apiKeys">;

/** The caller, from `Authorization: Bearer KEY`, in `res.locals.caller`. @throws 401 */
export function authenticate(settings: Keys): RequestHandler {
  return findCaller(settings, bearerKey, 'Bearer realm="shap-service"', "Send Authorization: Bearer KEY");
}

/** For pages: a browser asks for a name, which may be any, and a password, which is the key. @throws 401 */
export function authenticateBrowser(settings: Keys): RequestHandler {
  const given = (header: string) => bearerKey(header) ?? basicPassword(header);
  return findCaller(
    settings,
    given,
    'Basic realm="shap-service", charset="UTF-8"',
    "The password is the key",
  );
}

function findCaller(
  settings: Keys,
  givenKey: (header: string) => string | undefined,
  challenge: string,
  hint: string,
): RequestHandler {
  const keys = allKeys(settings);
  const refuse = (detail: string) =>
    new ProblemError("unauthorized", detail, { headers: { "WWW-Authenticate": challenge } });
  return (req, res, next) => {
    if (keys.length === 0) res.locals.caller = localAdmin;
    else {
      const given = givenKey(req.get("authorization") ?? "");
      if (given === undefined) throw refuse(hint);
      const caller = callerOf(given, keys);
      if (caller === undefined) throw refuse("This key is not known here");
      res.locals.caller = caller;
    }
    next();
  };
}

/** Lets on only those whose role is at least this. @throws 403 */
export function requireRole(role: Role): RequestHandler {
  return (_req, res, next) => {
    const caller = res.locals.caller as Caller;
    if (rank[caller.role] < rank[role]) {
      throw new ProblemError(
        "forbidden",
        `This needs the role ${role}; the key ${caller.name} has ${caller.role}`,
      );
    }
    next();
  };
}

function allKeys({ apiKey, apiKeys }: Pick<Settings, "apiKey" | "apiKeys">): ApiKey[] {
  const plain: ApiKey[] =
    apiKey === undefined
      ? []
      : [{ name: "SHAP_API_KEY", role: "admin", sha256: digest(apiKey).toString("hex") }];
  return [...plain, ...apiKeys];
}

const bearerKey = (header: string): string | undefined => /^Bearer +(\S+)$/i.exec(header)?.[1];

/** RFC 7617: base64 of name, colon, password. */
function basicPassword(header: string): string | undefined {
  const packed = /^Basic +(\S+)$/i.exec(header)?.[1];
  if (packed === undefined) return undefined;
  return /^[^:]*:(.+)$/s.exec(Buffer.from(packed, "base64").toString("utf8"))?.[1];
}

function callerOf(given: string, keys: readonly ApiKey[]): Caller | undefined {
  const presented = digest(given);
  let caller: Caller | undefined;
  // Every key is compared, in constant time each, so that time tells nothing about which ones there are.
  for (const key of keys) {
    if (timingSafeEqual(presented, Buffer.from(key.sha256, "hex")))
      caller ??= { name: key.name, role: key.role };
  }
  return caller;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
