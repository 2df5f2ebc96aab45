/** Seeded rows, about normally distributed (the sum of twelve uniform numbers). */
export function normalRows(seed: number, rows: number, columns: number): number[][] {
  let state = seed >>> 0;
  const uniform = () => {
    // Marsaglia's xorshift32.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 20; i++) uniform();
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6)),
  );
}
