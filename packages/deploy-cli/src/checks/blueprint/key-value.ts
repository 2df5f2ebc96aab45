import type { Placed } from "../../blueprint/roles.js";
import type { KeyValueService } from "../../blueprint/schema.js";
import type { BlueprintSubject } from "./check-blueprint.js";

const everywhere = new Set(["0.0.0.0/0", "::/0"]);

/** The queue's store keeps what it is given, outlives a restart, and is closed to the internet. */
export function checkKeyValue(
  { findings }: BlueprintSubject,
  { service, index }: Placed<KeyValueService>,
): void {
  const at = (field: string) => ["services", index, field];
  if (service.maxmemoryPolicy === "noeviction") {
    findings.pass("key-value.policy", `${service.name} evicts nothing`);
  } else {
    findings.failure("key-value.policy", {
      title: `${service.name} has maxmemoryPolicy ${service.maxmemoryPolicy ?? "allkeys-lru (Render's default)"}`,
      why: "when its memory is full Redis would throw away jobs and results without a word",
      fix: "maxmemoryPolicy: noeviction",
      at: at("maxmemoryPolicy"),
    });
  }
  const open = service.ipAllowList.find(({ source }) => everywhere.has(source.trim()));
  if (open) {
    findings.failure("key-value.allow-list", {
      title: `${service.name} can be reached from the whole internet (${open.source})`,
      why: "web and worker use the internal address; an open queue only helps an attacker",
      fix: "ipAllowList: []",
      at: at("ipAllowList"),
    });
  } else {
    findings.pass(
      "key-value.allow-list",
      service.ipAllowList.length === 0
        ? `${service.name} is reachable from inside only`
        : `${service.name} is reachable from inside and ${service.ipAllowList.length} address ranges`,
    );
  }
  if (service.plan === "free") {
    findings.warning("key-value.plan", {
      title: `${service.name} is on the free plan`,
      why: "it keeps nothing over a restart: queued jobs and results would be lost",
      fix: "plan: starter",
      at: at("plan"),
    });
  } else if (service.plan === undefined) {
    findings.warning("key-value.plan", {
      title: `${service.name} declares no plan`,
      why: "an undeclared field keeps whatever the dashboard last said",
      fix: "plan: starter",
      at: ["services", index],
    });
  } else {
    findings.pass("key-value.plan", `${service.name} is on ${service.plan}`);
  }
  if (service.persistenceMode === "off") {
    findings.warning("key-value.persistence", {
      title: `${service.name} does not write to disk`,
      why: "a restart of Key Value would lose queued jobs and results",
      fix: "persistenceMode: journal-snapshot",
      at: at("persistenceMode"),
    });
  }
}
