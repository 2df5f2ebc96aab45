/**
 * The values in the given order, cut into `runs` stretches of as equal length as can be, and each stretch's mean.
 * With as many runs as values these are the values themselves.
 */
export function meansOfRuns(values: Float64Array, order: Uint32Array, runs: number): Float64Array {
  const means = new Float64Array(runs);
  for (let run = 0; run < runs; run++) {
    const from = Math.floor((run * order.length) / runs);
    const to = Math.floor(((run + 1) * order.length) / runs);
    for (let i = from; i < to; i++) means[run]! += values[order[i]!]! / (to - from);
  }
  return means;
}
