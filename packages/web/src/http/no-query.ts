import type { Request } from "express";
import { z } from "zod";

const nothing = z.strictObject({});

/** For addresses that take no query: a field that is not known is refused here as everywhere. @throws ZodError */
export function noQuery(req: { readonly query: Request["query"] }, _res: unknown, next: () => void): void {
  nothing.parse(req.query);
  next();
}
