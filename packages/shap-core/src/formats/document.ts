import { ModelFormatError } from "../errors.js";

/**
 * A value inside a parsed model file that knows its own path, so that every complaint can name the place.
 * Objects and arrays are read through it; a key is only ever looked up as an own property.
 */
export class DocumentNode {
  constructor(
    readonly value: unknown,
    readonly format: string,
    readonly path = "",
  ) {}

  /** The member `key`, which must be there. */
  get(key: string): DocumentNode {
    return this.optional(key) ?? this.child(key, undefined).fail("is missing");
  }

  /** The member `key`, or undefined where it is absent or null. */
  optional(key: string): DocumentNode | undefined {
    const value = this.member(key);
    return value === undefined || value === null ? undefined : this.child(key, value);
  }

  /** The names of an object's members. */
  keys(): string[] {
    return Object.keys(this.object());
  }

  /** The elements of an array. */
  items(): DocumentNode[] {
    const list = this.list();
    return Array.from(list, (value, index) => new DocumentNode(value, this.format, `${this.path}[${index}]`));
  }

  get length(): number {
    return this.list().length;
  }

  isObject(): boolean {
    return typeof this.value === "object" && this.value !== null && !isList(this.value);
  }

  isList(): boolean {
    return isList(this.value);
  }

  text(): string {
    return typeof this.value === "string" ? this.value : this.fail("expected text");
  }

  /** A finite number, also when written as text (XGBoost quotes its parameters). */
  number(): number {
    const number = toNumber(this.value);
    return Number.isFinite(number) ? number : this.fail("expected a number");
  }

  /** A whole number between `least` and `most`, both included. */
  integer(least: number, most: number): number {
    const number = toNumber(this.value);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    return this.fail(`expected a whole number from ${least} to ${most}`);
  }

  /**
   * An array of numbers, of `length` where one is given. Booleans count as 0 and 1, and "NaN", "Infinity" and
   * "-Infinity" (see parseJson) as what they say.
   */
  numbers(length?: number): ArrayLike<number> {
    const list = this.list();
    if (length !== undefined && list.length !== length)
      this.fail(`expected ${length} numbers, found ${list.length}`);
    if (ArrayBuffer.isView(list)) return list as unknown as ArrayLike<number>;
    const numbers = new Float64Array(list.length);
    for (let i = 0; i < list.length; i++) {
      const item = list[i];
      if (typeof item === "number") numbers[i] = item;
      else if (typeof item === "boolean") numbers[i] = item ? 1 : 0;
      else if (typeof item === "string" && SPECIAL_NUMBERS.has(item)) numbers[i] = Number(item);
      else this.at(i).fail("expected a number");
    }
    return numbers;
  }

  texts(): string[] {
    return this.items().map((item) => item.text());
  }

  /** Element `index` of an array, whether or not it is there. */
  at(index: number): DocumentNode {
    return new DocumentNode(this.list()[index], this.format, `${this.path}[${index}]`);
  }

  /** A value made from what stands at this place, that complains with its path. */
  derived(key: string, value: unknown): DocumentNode {
    return this.child(key, value);
  }

  /** Throws the ModelFormatError for this place. */
  fail(expected: string, cause?: unknown): never {
    const found = this.value === undefined ? "" : `, found ${preview(this.value)}`;
    throw new ModelFormatError(this.format, this.path, `${expected}${found}`, { cause });
  }

  private member(key: string): unknown {
    const object = this.object();
    return Object.hasOwn(object, key) ? object[key] : undefined;
  }

  private child(key: string, value: unknown): DocumentNode {
    return new DocumentNode(value, this.format, this.path === "" ? key : `${this.path}.${key}`);
  }

  private object(): Record<string, unknown> {
    return this.isObject() ? (this.value as Record<string, unknown>) : this.fail("expected an object");
  }

  private list(): ArrayLike<unknown> {
    return isList(this.value) ? this.value : this.fail("expected an array");
  }
}

const SPECIAL_NUMBERS = new Set(["NaN", "Infinity", "-Infinity"]);

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

function preview(value: unknown): string {
  if (isList(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
