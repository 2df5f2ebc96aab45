import type { MemoryWatch } from "@shap-service/jobs";
import type { RequestHandler } from "express";
import { ProblemError } from "./problem.js";

/** Refuses new work while the process is above its memory limit; what only reads goes on. */
export function shedLoad(memory: MemoryWatch): RequestHandler {
  return (req, _res, next) => {
    if ((req.method === "POST" || req.method === "PUT") && memory.level === "over") {
      throw new ProblemError(
        "overloaded",
        "The service is short of memory; the same request will work later",
        {
          retryAfterSeconds: 10,
        },
      );
    }
    next();
  };
}
