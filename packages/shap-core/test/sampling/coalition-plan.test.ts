import fc from "fast-check";
import { planCoalitions } from "../../src/sampling/coalition-plan.js";
import { Random } from "../../src/sampling/random.js";

const plans = fc
  .record({
    players: fc.integer({ min: 2, max: 24 }),
    extra: fc.integer({ min: 0, max: 600 }),
    seed: fc.nat(),
  })
  .map(({ players, extra, seed }) => {
    const budget = Math.min(2 * players + extra, 2 ** players - 2);
    return { players, budget, plan: planCoalitions(players, Math.max(budget, 2), new Random(seed)) };
  });

describe("planCoalitions", () => {
  it("keeps to the budget, takes no coalition twice, and each with its complement", () => {
    fc.assert(
      fc.property(plans, ({ players, budget, plan }) => {
        expect(plan.coalitions.length).toBeLessThanOrEqual(Math.max(budget, 2));
        expect(plan.coalitions.length).toBeGreaterThanOrEqual(Math.min(budget - 1, 2 * players));
        expect(new Set(plan.coalitions.map((coalition) => coalition.join(""))).size).toBe(
          plan.coalitions.length,
        );
        for (let c = 0; c < plan.coalitions.length; c += 2) {
          expect(plan.coalitions[c]!.every((bit, i) => bit + plan.coalitions[c + 1]![i]! === 1)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("weighs every size as the Shapley kernel does, (n − 1) / (s (n − s)) in all", () => {
    fc.assert(
      fc.property(plans, ({ players, plan }) => {
        const bySize = new Map<number, number>();
        plan.coalitions.forEach((coalition, c) => {
          const size = coalition.reduce((sum, bit) => sum + bit, 0);
          bySize.set(size, (bySize.get(size) ?? 0) + plan.weights[c]!);
        });
        // Sizes of which less than one pair is due are drawn now and then, and weigh more when they are.
        if (bySize.size < players - 1) return;
        for (const [size, weight] of bySize) {
          expect(weight).toBeGreaterThanOrEqual(((players - 1) / (size * (players - size))) * (1 - 1e-9));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is all coalitions where the budget has room for them", () => {
    for (const players of [2, 3, 4, 7]) {
      const plan = planCoalitions(players, 2 ** players - 2, new Random(0));
      expect(plan.coalitions).toHaveLength(2 ** players - 2);
      expect([...plan.strata].every((stratum) => stratum === -1)).toBe(true);
    }
  });
});
