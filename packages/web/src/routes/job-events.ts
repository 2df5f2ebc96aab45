import { type Backend, isFinal, type Job } from "@shap-service/jobs";
import type { Request, Response } from "express";
import { jobDocument } from "./job-document.js";

/** Proxies cut connections that say nothing. */
const PING_MS = 15_000;
/** Progress is told at most this often to one client. */
const LEAST_MS = 200;

/**
 * Server-sent events of a job: `progress`, then one of `completed`, `failed`, `cancelled`, or `deleted`; each carries the
 * job's document. An event's id is the number of chunks done and the state, so that a client that comes back with
 * Last-Event-ID is told only what it has not heard: 204 where that is all there will ever be.
 */
export async function sendJobEvents(req: Request, res: Response, job: Job, backend: Backend): Promise<void> {
  let lastId = req.get("last-event-id") ?? "";
  if (isFinal(job.state) && lastId === eventId(job)) {
    // An EventSource comes back whenever a stream ends, and stops at this.
    res.status(204).set("Cache-Control", "no-store").end();
    return;
  }
  res.status(200).set({
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  res.flushHeaders();
  let timer: NodeJS.Timeout | undefined;
  return new Promise<void>((resolve) => {
    const end = () => {
      unsubscribe();
      clearTimeout(timer);
      clearInterval(ping);
      res.end();
      resolve();
    };
    const send = (event: string, id: string, data: unknown) => {
      if (id === lastId) return;
      lastId = id;
      res.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const look = async () => {
      timer = undefined;
      try {
        const now = await backend.jobs.get(job.id);
        if (res.closed) return;
        if (now === undefined) {
          send("deleted", "deleted", { id: job.id });
          return end();
        }
        send(isFinal(now.state) ? now.state : "progress", eventId(now), jobDocument(now));
        if (isFinal(now.state)) end();
      } catch {
        // The store is away: its return tells everyone to look anew.
      }
    };
    const soon = () => {
      timer ??= setTimeout(look, LEAST_MS);
    };
    const unsubscribe = backend.changes.subscribe(job.id, soon);
    const ping = setInterval(() => {
      res.write(": ping\n\n");
      soon();
    }, PING_MS);
    res.once("close", end);
    void look();
  });
}

const eventId = (job: Job): string => `${job.chunksDone}-${job.chunks ?? "open"}-${job.state}`;
