import type { ServedModel } from "./model-file.js";

/** What a name or a list entry takes beside its letters, about. */
const PER_NAME = 64;

/** Bytes a parsed model and its background take: their arrays, and about what their names do. */
export function memoryOf({ model, background }: ServedModel): number {
  const names = [model.featureNames, model.outputNames, ...(model.categories ?? [])];
  const letters = names
    .flatMap((list) => list ?? [])
    .reduce((sum, name) => sum + PER_NAME + 2 * name.length, 0);
  return arraysIn(model) + letters + (background?.data.byteLength ?? 0);
}

/** Typed arrays of an object, and of the objects in it. */
function arraysIn(data: object): number {
  return Object.values(data).reduce<number>((sum, value: unknown) => {
    if (ArrayBuffer.isView(value)) return sum + value.byteLength;
    const nested = value !== null && typeof value === "object" && !Array.isArray(value);
    return nested ? sum + arraysIn(value) : sum;
  }, 0);
}
