import type { Random } from "./random.js";

type Container = Record<string, unknown> | unknown[];

/** What may stand in place of any value of a parsed document. */
const nasty: readonly unknown[] = [
  0,
  -1,
  1,
  0.5,
  2 ** 31,
  1e9,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  undefined,
  true,
  "",
  "NaN",
  "1e9",
  "[1,2",
  [],
  {},
  [[]],
  new Float32Array(3),
  () => 0,
  Symbol("x"),
  10n,
];

/**
 * One to three mutations of a parsed document, given to `loadModel` as an object: values replaced and moved, members
 * removed, and, what no text can hold, objects that contain themselves.
 */
export function mutateDocument(seed: unknown, random: Random): object {
  const document = structuredClone(seed) as Container;
  for (let rounds = 1 + random.below(3); rounds > 0; rounds--) {
    const containers = containersOf(document);
    const container = random.pick(containers) as Record<string, unknown>;
    const keys = Object.keys(container);
    if (keys.length === 0) continue;
    const key = random.pick(keys);
    const action = random.below(8);
    if (action < 4) container[key] = random.pick(nasty);
    else if (action < 5) delete container[key];
    else if (action < 7) container[key] = random.pick(containers);
    else container[key] = (container as unknown as unknown[])[random.below(4)];
  }
  return document;
}

/** Every object and array of a document, each once (the document may contain itself by now). */
function containersOf(root: Container): Container[] {
  const found = new Set<Container>([root]);
  for (const container of found) {
    for (const value of Object.values(container)) {
      if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value))
        found.add(value as Container);
    }
  }
  return [...found];
}
