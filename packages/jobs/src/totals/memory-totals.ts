import { type Counts, noTotals, type TotalName, type Totals } from "./totals.js";

/** Totals of one process, beside the embedded queue. */
export class MemoryTotals implements Totals {
  private readonly totals = noTotals();
  private readonly seen = new Map<string, Record<TotalName, number>>();

  add(name: TotalName, amount: number): void {
    this.totals[name] += amount;
  }

  async report(reporter: string, counts: Counts): Promise<void> {
    const last = this.seen.get(reporter) ?? noTotals();
    this.seen.set(reporter, last);
    for (const [name, count] of Object.entries(counts) as [TotalName, number][]) {
      if (count <= last[name]) continue;
      this.add(name, count - last[name]);
      last[name] = count;
    }
  }

  async read(): Promise<Record<TotalName, number>> {
    return { ...this.totals };
  }
}
