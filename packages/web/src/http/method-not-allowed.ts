import type { RequestHandler } from "express";
import { ProblemError } from "./problem.js";
import { pathOf } from "./route-pattern.js";

/**
 * Tells the methods of an address that the document knows, whatever its parameters are, to who comes with another one.
 * @throws ProblemError 405
 */
export function methodNotAllowed(document: {
  readonly paths: Readonly<Record<string, object>>;
}): RequestHandler {
  const addresses = Object.entries(document.paths).map(([path, operations]) => ({
    // As Express matches: any case, and a slash at the end or none.
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}/?$`, "i"),
    methods: allowed(Object.keys(operations)),
  }));
  return (req, _res, next) => {
    const path = pathOf(req);
    const found = addresses.find(
      ({ pattern, methods }) => pattern.test(path) && !methods.includes(req.method),
    );
    if (found === undefined) return next();
    const allow = found.methods.join(", ");
    throw new ProblemError("method-not-allowed", `${req.method} is not served at ${path}, but ${allow}`, {
      headers: { Allow: allow },
    });
  };
}

/** HEAD is served where GET is, and OPTIONS everywhere. */
function allowed(operations: readonly string[]): string[] {
  const methods = operations.map((method) => method.toUpperCase());
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}
