/**
 * The codes that a feature's categories get here, in the order in which splits mention them. CatBoost itself knows a
 * category by a hash of its name only.
 */
export class CategoryCodes {
  readonly names: string[] = [];
  private readonly codes = new Map<number, number>();

  /** @param hashes the names behind the hashes (as signed 32-bit integers), of all features together */
  constructor(readonly hashes: ReadonlyMap<number, string>) {}

  /** The code of a category by its hash; undefined where the file does not name the hash. */
  codeOf(hash: number): number | undefined {
    const known = this.codes.get(hash | 0);
    if (known !== undefined) return known;
    const name = this.hashes.get(hash | 0);
    if (name === undefined) return undefined;
    this.codes.set(hash | 0, this.names.length);
    return this.names.push(name) - 1;
  }
}
