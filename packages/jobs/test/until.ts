import { setTimeout } from "node:timers/promises";

/** Waits for a condition, asked every 20 ms; the test's own time limit is the only one. */
export async function until<T>(condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const value = await condition();
    if (value) return value as NonNullable<T>;
    await setTimeout(20);
  }
}
