import type { BlueprintSubject } from "./check-blueprint.js";

/** Web, worker and Key Value in one region: the internal address of Key Value exists only there. */
export function checkRegions({ roles, findings }: BlueprintSubject): void {
  const placed = [roles.web, roles.worker, roles.keyValue].filter((entry) => entry !== undefined);
  for (const { service, index } of placed) {
    if (service.region !== undefined) continue;
    findings.warning("region-declared", {
      title: `${service.name} declares no region`,
      why: "Render takes oregon for a new service and keeps what it has for an old one; it cannot be changed later",
      fix: "region: oregon",
      at: ["services", index],
    });
  }
  const regions = new Set(placed.map(({ service }) => service.region ?? "oregon"));
  if (regions.size > 1) {
    const list = placed.map(({ service }) => `${service.name} in ${service.region ?? "oregon"}`).join(", ");
    findings.failure("regions", {
      title: `the regions differ: ${list}`,
      why: "Key Value's internal address is reachable from its own region only",
      fix: `write region: ${placed[0].service.region ?? "oregon"} for all of them`,
      at: ["services", placed[placed.length - 1].index, "region"],
    });
  } else if (placed.length > 1) {
    findings.pass("regions", `all in ${[...regions][0]}`);
  }
}
