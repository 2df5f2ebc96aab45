/** Things under a byte budget; the least recently used go first. The one in use always stays. */
export class RecentlyUsed<T> {
  /** In order of use, the most recent last. */
  private readonly entries = new Map<string, { value: T; bytes: number }>();
  private total = 0;

  /** @param onEvict called with the key of what went for want of room */
  constructor(
    private readonly budgetBytes: number,
    private readonly onEvict: (key: string) => void = () => {},
  ) {}

  get bytes(): number {
    return this.total;
  }

  get(key: string): T | undefined {
    const known = this.entries.get(key);
    if (known === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, known);
    return known.value;
  }

  add(key: string, value: T, bytes: number): void {
    this.remove(key);
    this.entries.set(key, { value, bytes });
    this.total += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.total <= this.budgetBytes || this.entries.size === 1) return;
      this.remove(oldest);
      this.onEvict(oldest);
    }
  }

  remove(key: string): void {
    this.total -= this.entries.get(key)?.bytes ?? 0;
    this.entries.delete(key);
  }

  keys(): string[] {
    return [...this.entries.keys()];
  }

  clear(): void {
    this.entries.clear();
    this.total = 0;
  }
}
