import type { Explainer } from "shap-core";
import { RecentlyUsed } from "./recently-used.js";

/** What compiled explainers may take in all. */
const BUDGET_BYTES = 96 * 2 ** 20;
/** What an explainer takes that does not tell. */
const UNKNOWN_BYTES = 2 ** 20;

/** Compiled explainers under a byte budget; the least recently used go first. The one in use always stays. */
export class ExplainerCache {
  private readonly kept: RecentlyUsed<Explainer>;
  /** For metrics. */
  compiled = 0;
  compileSeconds = 0;

  constructor(budgetBytes = BUDGET_BYTES) {
    this.kept = new RecentlyUsed(budgetBytes);
  }

  get bytes(): number {
    return this.kept.bytes;
  }

  get(key: string, make: () => Explainer): Explainer {
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const start = performance.now();
    const explainer = make();
    this.compileSeconds += (performance.now() - start) / 1000;
    this.compiled++;
    this.kept.add(key, explainer, explainer.plan?.memoryBytes ?? UNKNOWN_BYTES);
    return explainer;
  }

  /** Those whose key begins so go. */
  remove(beginning: string): void {
    for (const key of this.kept.keys()) if (key.startsWith(beginning)) this.kept.remove(key);
  }

  clear(): void {
    this.kept.clear();
  }
}
