import type { Request, RequestHandler, Response } from "express";

/**
 * Remembers where a router is mounted. Express tells only the path as the client wrote it, in any case, and has
 * forgotten it by the time an error is answered.
 */
export function mountedAt(mount: string): RequestHandler {
  return (_req, res, next) => {
    res.locals.mount = mount;
    next();
  };
}

/** The pattern of the route that a request came to, `/v1/jobs/:id`: one of a fixed few. `none`: it came to none. */
export function routePattern(req: Request, res: Response): string {
  const { mount = "" } = res.locals as { mount?: string };
  // Below /admin is a page with routes of its own.
  if (mount === "/admin") return mount;
  if (req.route === undefined) return "none";
  const [path] = [req.route.path].flat() as string[];
  return path === "/" ? mount : `${mount}${path}`;
}

/** The whole path, below a router too. */
export const pathOf = (req: Request): string => `${req.baseUrl}${req.path}`;
