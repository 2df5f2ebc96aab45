/**
 * How far from the middle line each dot of a swarm lies. Dots that share a column of one dot's width are stacked
 * around the line in the order of their colour, so that a column shows what its dots have in common; where the
 * highest column is too high, columns are as high as the square root of their count, and dots overlap.
 *
 * @param x centres in px
 * @param color what dots of a column are ordered by; NaN comes first
 * @param diameter of a dot, in px
 * @param height of the highest column, in px
 */
export function swarm(x: Float64Array, color: Float64Array, diameter: number, height: number): Float64Array {
  const columns = new Map<number, number[]>();
  for (let i = 0; i < x.length; i++) {
    const key = Math.round(x[i]! / diameter);
    const column = columns.get(key);
    if (column === undefined) columns.set(key, [i]);
    else column.push(i);
  }
  const step = diameter * 0.92;
  const largest = Math.max(...Array.from(columns.values(), (column) => column.length));
  const fits = (largest - 1) * step <= height;
  const offsets = new Float64Array(x.length);
  const rank = (i: number) => (Number.isNaN(color[i]!) ? -1 : color[i]!);
  for (const column of columns.values()) {
    const count = column.length;
    if (count === 1) continue;
    const stacked = (count - 1) * step;
    const tall = fits ? stacked : Math.min(stacked, height * Math.sqrt(count / largest));
    column.sort((a, b) => rank(a) - rank(b) || a - b);
    for (let k = 0; k < count; k++) offsets[column[k]!] = tall * (0.5 - k / (count - 1));
  }
  return offsets;
}
