import type { Explainer } from "shap-core";

/** What compiled explainers may take in all. */
const BUDGET_BYTES = 96 * 2 ** 20;
/** What an explainer takes that does not tell. */
const UNKNOWN_BYTES = 2 ** 20;

/** Compiled explainers under a byte budget; the least recently used go first. The one in use always stays. */
export class ExplainerCache {
  /** In order of use, the most recent last. */
  private readonly entries = new Map<string, { explainer: Explainer; bytes: number }>();
  private total = 0;
  /** For metrics. */
  compiled = 0;
  compileSeconds = 0;

  constructor(private readonly budgetBytes = BUDGET_BYTES) {}

  get bytes(): number {
    return this.total;
  }

  get(key: string, make: () => Explainer): Explainer {
    const known = this.entries.get(key);
    if (known !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known.explainer;
    }
    const start = performance.now();
    const explainer = make();
    this.compileSeconds += (performance.now() - start) / 1000;
    this.compiled++;
    const bytes = explainer.plan?.memoryBytes ?? UNKNOWN_BYTES;
    this.entries.set(key, { explainer, bytes });
    this.total += bytes;
    this.evict();
    return explainer;
  }

  clear(): void {
    this.entries.clear();
    this.total = 0;
  }

  private evict(): void {
    for (const [key, { bytes }] of this.entries) {
      if (this.total <= this.budgetBytes || this.entries.size === 1) return;
      this.entries.delete(key);
      this.total -= bytes;
    }
  }
}
