/** Who wants to know of changes to which job; one list for all clients of a process. */
export class JobChanges {
  private readonly listeners = new Map<string, Set<() => void>>();

  /** @returns what ends the subscription */
  subscribe(jobId: string, listener: () => void): () => void {
    const known = this.listeners.get(jobId) ?? new Set();
    known.add(listener);
    this.listeners.set(jobId, known);
    return () => {
      known.delete(listener);
      if (known.size === 0) this.listeners.delete(jobId);
    };
  }

  tell(jobId: string): void {
    for (const listener of this.listeners.get(jobId) ?? []) listener();
  }

  /** Something may have been missed: everyone looks anew. */
  tellAll(): void {
    for (const jobId of [...this.listeners.keys()]) this.tell(jobId);
  }
}
