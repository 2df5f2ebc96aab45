import type { MemoryWatch } from "@shap-service/jobs";
import type { Request, RequestHandler } from "express";
import { ProblemError } from "./problem.js";

/** What makes work by its method; the rest mostly reads. */
const sends = ({ method }: Request): boolean => method === "POST" || method === "PUT";
/** For routes whose GET is work too. */
export const everyRequest = (): boolean => true;

/** Refuses new work while the process is above its memory limit; what only reads goes on. */
export function shedLoad(memory: MemoryWatch, isWork: (req: Request) => boolean = sends): RequestHandler {
  return (req, _res, next) => {
    if (memory.level === "over" && isWork(req)) {
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
