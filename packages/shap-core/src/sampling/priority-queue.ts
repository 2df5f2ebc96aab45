/** A binary heap: the largest priority first; equal ones in the order they came, so that runs repeat. */
export class PriorityQueue<T> {
  private readonly heap: { readonly priority: number; readonly order: number; readonly item: T }[] = [];
  private pushed = 0;

  get size(): number {
    return this.heap.length;
  }

  push(priority: number, item: T): void {
    this.heap.push({ priority, order: this.pushed++, item });
    let child = this.heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.before(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  pop(): T | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (this.heap.length === 0 || last === undefined) return first?.item;
    this.heap[0] = last;
    let parent = 0;
    for (;;) {
      let next = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.heap.length && this.before(child, next)) next = child;
      }
      if (next === parent) return first?.item;
      this.swap(next, parent);
      parent = next;
    }
  }

  private before(i: number, j: number): boolean {
    const a = this.heap[i]!;
    const b = this.heap[j]!;
    return a.priority > b.priority || (a.priority === b.priority && a.order < b.order);
  }

  private swap(i: number, j: number): void {
    const kept = this.heap[i]!;
    this.heap[i] = this.heap[j]!;
    this.heap[j] = kept;
  }
}
