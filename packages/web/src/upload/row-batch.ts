import { type Matrix, UNSEEN_CATEGORY } from "shap-core";
import { ProblemError } from "../http/problem.js";

/** Rows of an upload that fill one chunk. */
export interface RowBatch {
  readonly matrix: Matrix;
  readonly ids: readonly (readonly string[])[];
}

export interface BatchShape {
  readonly featureNames: readonly string[];
  readonly categories?: readonly (readonly string[] | undefined)[];
  readonly idColumns: readonly string[];
  /** Rows a batch, at most. */
  readonly size: number;
}

/** Characters that the carried columns of a batch may have: a batch ends early where they are long. */
const MAX_TEXT = 2_000_000;

/** Collects cells into batches, and complains of the first bad one with its row, counted from 1. */
export class BatchBuilder {
  private data: Float64Array;
  private ids: string[][];
  private filled = 0;
  private textLength = 0;
  private before = 0;

  constructor(private readonly shape: BatchShape) {
    this.data = this.freshData();
    this.ids = shape.idColumns.map(() => []);
  }

  /** The row being filled, counted from 1 over the whole upload. */
  get row(): number {
    return this.before + this.filled + 1;
  }

  /** A cell as text: empty, NaN, NA and null are missing; a category may stand by its name. */
  setText(feature: number, text: string): void {
    this.put(feature, this.parse(feature, text));
  }

  /** A cell as a JSON or Arrow value. */
  setValue(feature: number, value: unknown): void {
    if (typeof value === "number") {
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
        this.refuse(feature, String(value));
      this.put(feature, value);
    } else if (value === null || value === undefined) this.put(feature, Number.NaN);
    else if (typeof value === "boolean") this.put(feature, value ? 1 : 0);
    else if (typeof value === "bigint") this.put(feature, Number(value));
    else if (typeof value === "string" && this.shape.categories?.[feature] !== undefined) {
      this.put(feature, this.parse(feature, value));
    } else this.refuse(feature, show(value));
  }

  /** A cell to carry along as its text; a missing value as an empty one. */
  setId(column: number, value: unknown): void {
    const text = textOf(value);
    if (text === undefined) this.refuseId(column, show(value));
    if (lostLetters.test(text)) {
      const name = this.shape.idColumns[column]!;
      this.fault(
        name,
        `${show(text)} has letters that are no UTF-8, or were lost before: send the table as UTF-8`,
      );
    }
    this.ids[column]!.push(text);
    this.textLength += text.length;
  }

  /** Ends a row. Gives the batch where it is full now. */
  endRow(): RowBatch | undefined {
    this.filled++;
    const isFull = this.filled === this.shape.size || this.textLength >= MAX_TEXT;
    return isFull ? this.take() : undefined;
  }

  /** What is left at the end of the upload. */
  rest(): RowBatch | undefined {
    return this.filled === 0 ? undefined : this.take();
  }

  private put(feature: number, value: number): void {
    this.data[this.filled * this.shape.featureNames.length + feature] = value;
  }

  private parse(feature: number, text: string): number {
    const names = this.shape.categories?.[feature];
    // Most cells begin with a digit, a sign or a point, and are no hexadecimal number or the like: no need to look closer.
    const first = text.charCodeAt(0);
    if (names === undefined && first > 0x20 && first <= 0x39 && !(text.charCodeAt(1) > 0x39)) {
      const number = Number(text);
      if (Number.isFinite(number)) return number;
    }
    const trimmed = text.trim();
    if (trimmed === "") return Number.NaN;
    if (names !== undefined) {
      const code = names.indexOf(trimmed);
      if (code >= 0) return code;
    }
    const number = decimal.test(trimmed) ? Number(trimmed) : Number.NaN;
    if (Number.isFinite(number)) return number;
    if (missing.test(trimmed)) return Number.NaN;
    if (names !== undefined) return UNSEEN_CATEGORY;
    return this.refuse(feature, show(text));
  }

  private refuse(feature: number, found: string): never {
    return this.fault(this.shape.featureNames[feature]!, `expected a number, got ${found}`);
  }

  private refuseId(column: number, found: string): never {
    return this.fault(this.shape.idColumns[column]!, `expected a text or a number to carry, got ${found}`);
  }

  private fault(column: string, what: string): never {
    const detail = `row ${this.row}, column ${JSON.stringify(column)}: ${what}`;
    throw new ProblemError("bad-row", detail, { errors: [{ row: this.row, column, detail }] });
  }

  private take(): RowBatch {
    const { featureNames, idColumns } = this.shape;
    const rows = this.filled;
    const columns = featureNames.length;
    const batch = {
      // A full batch is handed over as it is; what is left at the end is cut to its length.
      matrix: { data: this.data.subarray(0, rows * columns), rows, columns },
      ids: this.ids,
    };
    this.before += rows;
    this.filled = 0;
    this.textLength = 0;
    this.data = this.freshData();
    this.ids = idColumns.map(() => []);
    return batch;
  }

  private freshData(): Float64Array {
    return new Float64Array(this.shape.size * this.shape.featureNames.length).fill(Number.NaN);
  }
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? undefined : String(value);
}

/** A value as an error's text tells it: what a client sends may be long, and nested deeper than JSON.stringify can go. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "a list" : "an object";
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** What stands for bytes that are no UTF-8, and halves of letters, which become it: names that differ would be the same. */
const lostLetters = /[\uFFFD\p{Surrogate}]/u;
const missing = /^(nan|na|null|none)$/i;
