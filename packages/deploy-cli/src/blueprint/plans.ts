const gibibyte = 1024;

/** MB of memory by the names render.yaml and the API have for a plan: the ids of September 2026, and those before. */
const memoryOfPlan: Record<string, number> = {
  free: 512,
  starter: 512,
  "0.5c-512mb": 512,
  starter_plus: gibibyte,
  standard: 2 * gibibyte,
  "1c-2g": 2 * gibibyte,
  standard_plus: 3 * gibibyte,
  pro: 4 * gibibyte,
  "2c-4g": 4 * gibibyte,
  pro_plus: 8 * gibibyte,
  pro_max: 16 * gibibyte,
  pro_ultra: 32 * gibibyte,
};

/** MB that a web service or worker of this plan may use, or undefined for a plan that is not known here. */
export function planMemoryMegabytes(plan: string): number | undefined {
  const name = plan.toLowerCase().replaceAll(" ", "_");
  return Object.hasOwn(memoryOfPlan, name) ? memoryOfPlan[name] : undefined;
}

/** Whether a plan is the 512 MB one this system is made for. */
export function isStarter(plan: string): boolean {
  return plan === "starter" || plan === "0.5c-512mb";
}
