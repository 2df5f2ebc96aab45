import type { Request } from "express";
import { ProblemError } from "../http/problem.js";
import { type ResultType, resultTypes } from "./write-result.js";

/** As Content-Type tells them: who asks for a text with its charset gets it, too. */
const offers = resultTypes.map((type) => (type.includes("apache") ? type : `${type}; charset=utf-8`));

/** The form of a result that Accept asks for. @throws ProblemError 406 */
export function negotiateResult(req: Request): ResultType {
  const offer = req.accepts(offers);
  if (offer === false) {
    throw new ProblemError("not-acceptable", `A result is served as ${resultTypes.join(", ")}`);
  }
  return resultTypes[offers.indexOf(offer)]!;
}

/** Whether the client has what has this ETag, as it says in If-None-Match (RFC 9110, 13.1.2). */
export function isKnown(req: Request, etag: string): boolean {
  const given = req.get("if-none-match")?.trim();
  return given === "*" || given?.includes(etag) === true;
}
