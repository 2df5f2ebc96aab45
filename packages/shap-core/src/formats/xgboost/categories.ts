import type { CategoryNames } from "../category-names.js";
import type { DocumentNode } from "../document.js";

/**
 * The categories behind a feature's codes, since XGBoost 3.1: `enc[feature]` holds texts as UTF-8 end to end with
 * their offsets, or numbers. A feature without any is numeric, or its codes are all that is known.
 */
export function readCategories(cats: DocumentNode | undefined, features: number): CategoryNames {
  const encodings = cats?.optional("enc")?.items() ?? [];
  if (encodings.length === 0) return undefined;
  if (encodings.length !== features) cats!.get("enc").fail(`expected ${features} entries`);
  return encodings.map(readEncoding);
}

function readEncoding(node: DocumentNode): readonly string[] | undefined {
  const values = node.get("values").numbers();
  const offsets = node.optional("offsets");
  if (offsets === undefined) return values.length === 0 ? undefined : Array.from(values, String);
  const starts = offsets.numbers();
  if (starts.length < 2) return undefined;
  const bytes = Uint8Array.from(values);
  const utf8 = new TextDecoder();
  return Array.from({ length: starts.length - 1 }, (_, code) => {
    const [from, to] = [starts[code]!, starts[code + 1]!];
    if (!(from >= 0 && from <= to && to <= bytes.length))
      offsets.at(code + 1).fail(`expected rising numbers of at most ${bytes.length}`);
    return utf8.decode(bytes.subarray(from, to));
  });
}
