type Nested = number | null | Nested[];

/** A flat row-major array as nested arrays, the first dimension outermost. What is no finite number becomes null. */
export function nest(values: Float64Array, shape: readonly number[]): Nested {
  let at = 0;
  const build = (depth: number): Nested => {
    if (depth === shape.length) {
      const value = values[at++]!;
      return Number.isFinite(value) ? value : null;
    }
    return Array.from({ length: shape[depth]! }, () => build(depth + 1));
  };
  return build(0);
}
