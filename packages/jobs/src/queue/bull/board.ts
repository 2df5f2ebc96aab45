import { createBullBoard } from "@bull-board/api";
import { BullAdapter } from "@bull-board/api/bullAdapter";
import { ExpressAdapter } from "@bull-board/express";
import type Bull from "bull";
import type { BoardHandler } from "../chunk-queue.js";

/**
 * Bull's own page of a queue. It shows and changes nothing: the truth about a job is its record, and what is done to
 * the queue alone, the sweeper undoes.
 * @param path where the handler is mounted
 */
export function queueBoard(queue: Bull.Queue, path: string): BoardHandler {
  const adapter = new ExpressAdapter().setBasePath(path);
  createBullBoard({
    queues: [new BullAdapter(queue, { readOnlyMode: true })],
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: "shap-service" } },
  });
  const app = adapter.getRouter();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  return app;
}
