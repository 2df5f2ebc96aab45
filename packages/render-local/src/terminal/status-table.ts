import type { RenderLocal } from "../render-local.js";
import type { Service } from "../service/service.js";

const mebibyte = 1024 * 1024;
const head = ["SERVICE", "STATE", "INSTANCE", "PID", "MEMORY", "RESTARTS", "ADDRESS"];

/** The state of everything, one line an instance, in columns. */
export function statusTable(local: RenderLocal): string[] {
  const rows = [
    head,
    ...local.services.flatMap(serviceRows),
    ...local.keyValues.map(({ name, status, id, pid, restarts, connectionString }) => [
      name,
      status,
      id,
      String(pid ?? "-"),
      "-",
      String(restarts),
      connectionString,
    ]),
  ];
  const widths = head.map((_title, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
}

function serviceRows(service: Service): string[][] {
  const { fleet, name, url } = service;
  const address = url ?? (service.address ? `${service.address.host}:${service.address.port}` : "-");
  const { instances } = fleet;
  if (instances.length === 0) return [[name, serviceState(service), "-", "-", "-", "-", address]];
  return instances.map((instance) => [
    name,
    instance.state === "up" ? serviceState(service) : instance.state,
    instance.id.slice(-5),
    String(instance.pid ?? "-"),
    `${Math.round(instance.memoryBytes / mebibyte)} of ${Math.round(instance.release.plan.memoryBytes / mebibyte)} MiB`,
    String(instance.restarts),
    address,
  ]);
}

function serviceState(service: Service): string {
  if (service.isSuspended) return "suspended";
  const { active, live, all } = service.deploys;
  return (active ?? live ?? all[0])?.status ?? "no deploy";
}
