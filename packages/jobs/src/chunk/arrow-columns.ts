import {
  type Data,
  Field,
  Float32,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";

export type NumberColumn = Float64Array | Float32Array;

/**
 * Columns in order. Known by their position alone: a carried column may bear a feature's name, and apache-arrow
 * mixes up the columns of a table where two share one.
 */
export class ColumnBuilder {
  private readonly fields: Field[] = [];
  private readonly children: Data[] = [];

  constructor(private readonly rows: number) {}

  addTexts(texts: readonly string[]): this {
    this.fields.push(new Field(this.nextName(), new Utf8(), false));
    const vector = vectorFromArray(texts, new Utf8());
    this.children.push(vector.data[0] ?? makeData({ type: new Utf8() }));
    return this;
  }

  /** `column` is kept, not copied. */
  addNumbers(column: NumberColumn): this {
    const length = this.rows;
    const data =
      column instanceof Float32Array
        ? makeData({ type: new Float32(), length, nullCount: 0, data: column })
        : makeData({ type: new Float64(), length, nullCount: 0, data: column });
    this.fields.push(new Field(this.nextName(), data.type, false));
    this.children.push(data);
    return this;
  }

  /** The columns as one Arrow IPC stream. */
  encode(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const schema = new Schema(this.fields, new Map(Object.entries(metadata)));
    const type = new Struct(this.fields);
    const data = makeData({ type, length: this.rows, nullCount: 0, children: this.children });
    return tableToIPC(new Table([new RecordBatch(schema, data)]), "stream");
  }

  private nextName(): string {
    return String(this.fields.length);
  }
}

/** Reads what a ColumnBuilder wrote. */
export class ColumnReader {
  private readonly table: Table;

  constructor(bytes: Uint8Array) {
    this.table = tableFromIPC(bytes);
  }

  get rows(): number {
    return this.table.numRows;
  }

  get columns(): number {
    return this.table.numCols;
  }

  metadata(key: string): string | undefined {
    return this.table.schema.metadata.get(key);
  }

  numbers(index: number): NumberColumn {
    return this.table.getChildAt(index)!.toArray() as NumberColumn;
  }

  texts(index: number): string[] {
    const column = this.table.getChildAt(index)!;
    return Array.from({ length: column.length }, (_, row) => column.get(row) as string);
  }
}
