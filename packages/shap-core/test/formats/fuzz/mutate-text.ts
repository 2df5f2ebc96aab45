import type { Random } from "./random.js";

/** What may stand in place of a number, or of any other word. */
const nasty = [
  "0",
  "-1",
  "1",
  "0.5",
  "2147483647",
  "4294967296",
  "1000000000",
  "1e9",
  "1e308",
  "1e999",
  "-1e999",
  "9007199254740993",
  "NaN",
  "nan",
  "-inf",
  "Infinity",
  "null",
  "true",
  "[]",
  "{}",
  '""',
  '"x"',
  "1e",
  "--1",
];

const WORD = /-?[\d.]+(?:[eE][+-]?\d+)?|[A-Za-z_]+/g;

type Mutation = (text: string, random: Random) => string;

const mutations: readonly Mutation[] = [
  // A word becomes a nasty one: children out of range, 1e9 trees, NaN covers.
  (text, random) => replaceWord(text, random, () => random.pick(nasty)),
  // Or another word of the file: cycles, shared children, the wrong type in the wrong place.
  (text, random) => replaceWord(text, random, (words) => random.pick(words)[0]),
  (text, random) => replaceWord(text, random, () => String(random.below(12) - 3)),
  // A line, or what stands between two commas, twice: duplicate keys.
  (text, random) => {
    const separator = random.pick(["\n", ",", " "]);
    const parts = text.split(separator);
    const at = random.below(parts.length);
    parts.splice(random.below(parts.length), 0, parts[at]!);
    return parts.join(separator);
  },
  (text, random) => {
    const separator = random.pick(["\n", ",", " "]);
    const parts = text.split(separator);
    parts.splice(random.below(parts.length), 1);
    return parts.join(separator);
  },
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => {
    const at = random.below(text.length);
    return `${text.slice(0, at)}${random.pick(["{", "[", "}", "]", '"', ",", ":", "=", "<", ">", "\u0000", "é"])}${text.slice(at + random.below(2))}`;
  },
];

function replaceWord(text: string, random: Random, by: (words: RegExpExecArray[]) => string): string {
  const words = [...text.matchAll(WORD)];
  if (words.length === 0) return text;
  const word = random.pick(words);
  return text.slice(0, word.index) + by(words) + text.slice(word.index + word[0].length);
}

/** One to four mutations that keep the text's form mostly intact, so that they reach deep into a reader. */
export function mutateText(seed: string, random: Random): string {
  let text = seed;
  if (random.below(1000) === 0) return deeplyNested(seed, random);
  for (let rounds = 1 + random.below(4); rounds > 0 && text.length > 0; rounds--) {
    text = random.pick(mutations)(text, random);
  }
  return text;
}

/** Brackets, objects or elements a hundred thousand deep in place of a word. */
function deeplyNested(text: string, random: Random): string {
  const depth = 100_000;
  const [open, close] = random.pick([
    ["[", "]"],
    ['{"left_child":', "}"],
    ['{"children":[', "]}"],
    ["<Node>", "</Node>"],
  ] as const);
  return replaceWord(
    text,
    random,
    () => open.repeat(depth) + (random.below(2) === 0 ? `1${close.repeat(depth)}` : ""),
  );
}
