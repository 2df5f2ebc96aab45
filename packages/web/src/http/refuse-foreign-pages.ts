import type { RequestHandler } from "express";
import { ProblemError } from "./problem.js";

/**
 * Browsers say where a request comes from. One that could change something and was made by a page of another origin is
 * refused: without keys the service trusts whoever reaches it, and a browser reaches what its user's machine does.
 */
export const refuseForeignPages: RequestHandler = (req, _res, next) => {
  const from = req.get("sec-fetch-site");
  const foreign = from === "cross-site" || from === "same-site";
  if (foreign && req.method !== "GET" && req.method !== "HEAD") {
    throw new ProblemError("foreign-page", "A page of another origin may not do this");
  }
  next();
};
