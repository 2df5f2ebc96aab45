import type { System } from "../commands/open-system.js";
import { serviceNamed } from "../render/workspace.js";
import type { ServiceClient } from "../service/service-client.js";
import { type Finding, Findings } from "./finding.js";

const manyWaiting = 1000;

/** The service that runs now: reachable, its queue not choked, its workers those of the Blueprint. */
export async function checkRunningService(
  { api, owner, roles }: System,
  service: ServiceClient,
): Promise<Finding[]> {
  const findings = new Findings("service");
  const { ok, health } = await service.health();
  if (ok) findings.pass("health", `/health: ${health.status}, queue ${health.queue.status}`);
  else {
    findings.warning("health", {
      title: `/health says ${health.status}: queue ${health.queue.status}`,
      why: "the running version is ill; a deploy may mend it, or fall ill, too",
      fix: "shap-deploy logs --since 15m",
    });
  }
  const waiting = Number(health.queue.counts?.waiting ?? 0);
  if (waiting > manyWaiting) {
    findings.warning("queue", {
      title: `${waiting} chunks wait in the queue`,
      why: "a deploy interrupts the worker, and the verification's test job waits in line",
      fix: "wait until the queue is shorter",
    });
  } else {
    findings.pass("queue", `${waiting} chunks wait`);
  }
  const known = (await api.services(owner.id)).map(({ name }) => name);
  const workers = await service.workers();
  const strangers = workers.filter(({ name }) => !known.some((other) => name.startsWith(`${other}-`)));
  if (strangers.length > 0) {
    findings.warning("stale-workers", {
      title: `registered, but of no service on Render: ${strangers.map(({ name }) => name).join(", ")}`,
      why: "a registration without a process behind it hides how many workers there are",
      fix: "shap-deploy fix-collision",
    });
  } else if (
    !workers.some(({ name }) => name.startsWith(`${roles.worker.service.name}-`)) &&
    serviceNamed(await api.services(owner.id), roles.worker.service.name)
  ) {
    findings.warning("workers", {
      title: `no worker of ${roles.worker.service.name} is registered`,
      why: "jobs wait",
      fix: "shap-deploy logs --service worker",
    });
  } else {
    findings.pass("workers", `${workers.length} workers registered`);
  }
  return findings.list;
}
