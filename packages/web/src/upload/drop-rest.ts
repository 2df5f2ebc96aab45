import type { Request } from "express";

/**
 * Reads what is left of a refused upload and drops it: a client that sends all of its body before it reads gets to see
 * the answer, and may go on with the connection. Node does so itself only where nobody has begun to read.
 */
export function dropRest(req: Request): void {
  req.unpipe();
  // A reader that was stopped in the middle leaves its listener behind, with which nothing would flow.
  req.removeAllListeners("readable");
  // Without a listener of its own, taking that one away can stop the stream a moment later.
  req.on("data", () => {});
  req.resume();
}
