import { createHash, timingSafeEqual } from "node:crypto";
import type { ApiKey, Role, Settings } from "@shap-service/jobs";
import type { Request, RequestHandler } from "express";
import { ProblemError } from "./problem.js";

/** Who asks. Without any key configured, everyone is the local admin: the service then listens on loopback only. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

const rank: Record<Role, number> = { read: 0, write: 1, admin: 2 };
const localAdmin: Caller = { name: "local", role: "admin" };

/** The caller, from `Authorization: Bearer KEY`, in `res.locals.caller`. @throws 401 */
export function authenticate(settings: Pick<Settings, "apiKey" | "apiKeys">): RequestHandler {
  const keys = allKeys(settings);
  return (req, res, next) => {
    res.locals.caller = keys.length === 0 ? localAdmin : callerOf(req, keys);
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

function callerOf(req: Request, keys: readonly ApiKey[]): Caller {
  const given = /^Bearer +(\S+)$/i.exec(req.get("authorization") ?? "")?.[1];
  if (given === undefined) throw unauthorized("Send Authorization: Bearer KEY");
  const presented = digest(given);
  let caller: Caller | undefined;
  // Every key is compared, in constant time each, so that time tells nothing about which ones there are.
  for (const key of keys) {
    if (timingSafeEqual(presented, Buffer.from(key.sha256, "hex")))
      caller ??= { name: key.name, role: key.role };
  }
  if (caller === undefined) throw unauthorized("This key is not known here");
  return caller;
}

const unauthorized = (detail: string) =>
  new ProblemError("unauthorized", detail, {
    headers: { "WWW-Authenticate": 'Bearer realm="shap-service"' },
  });

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
