import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** What a worker's name is made of. */
export interface Identity {
  readonly service: string;
  readonly host: string;
  readonly pid: number;
}

export const thisProcess = (service: string | undefined): Identity => ({
  service: service ?? "shap-worker",
  host: hostname(),
  pid: process.pid,
});

/**
 * `<service>-<host>-<pid>-<unix ms>-<uuid>`. Host and process id come again after a restart in a container; the time
 * and the UUID do not.
 */
export function newWorkerName({ service, host, pid }: Identity, now = Date.now()): string {
  return `${service}-${host}-${pid}-${now}-${randomUUID()}`;
}
