import type { Random } from "./random.js";

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Lengths and counts that lie, as UBJSON, protobuf and other binary formats write them. */
const lies = [
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x80, 0, 0, 0],
  [0x3b, 0x9a, 0xca, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0x7f, 0xc0, 0, 0],
];

const mutations: Record<string, Mutation> = {
  "flip a bit": (bytes, random) => {
    const at = random.below(bytes.length);
    bytes[at]! ^= 1 << random.below(8);
    return bytes;
  },
  "change a byte": (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  truncate: (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  "cut out": (bytes, random) => {
    const from = random.below(bytes.length);
    return splice(bytes, from, Math.min(bytes.length - from, 1 + random.below(40)), new Uint8Array());
  },
  repeat: (bytes, random) => {
    const from = random.below(bytes.length);
    const piece = bytes.slice(from, from + 1 + random.below(200));
    return splice(bytes, random.below(bytes.length), 0, piece);
  },
  "lie about a length": (bytes, random) => {
    const lie = Uint8Array.from(random.pick(lies));
    return splice(bytes, random.below(bytes.length), lie.length, lie);
  },
  "nest deeply": (bytes, random) => {
    const opening = random.pick([[0x5b], [0x7b, 0x69, 1, 0x61], [0x0a, 0x80, 0x80, 0x04], [0x5b, 0x5b]]);
    const deep = Uint8Array.from({ length: opening.length * 20_000 }, (_, i) => opening[i % opening.length]!);
    return splice(bytes, random.below(bytes.length), 0, deep);
  },
};

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const rest = bytes.subarray(Math.min(bytes.length, at + removed));
  const result = new Uint8Array(at + inserted.length + rest.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, at);
  result.set(rest, at + inserted.length);
  return result;
}

/** One to four mutations of any file's bytes; deep nesting rarely, as it is slow. */
export function mutateBytes(seed: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  const names = Object.keys(mutations).filter((name) => name !== "nest deeply");
  for (let rounds = 1 + random.below(4); rounds > 0 && bytes.length > 0; rounds--) {
    const name = random.below(1000) === 0 ? "nest deeply" : random.pick(names);
    bytes = mutations[name]!(bytes, random);
  }
  return bytes;
}
