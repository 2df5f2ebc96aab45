import { type ColumnSource, fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { Explanation } from "shap-core";

/** The explanation's columns as float64, a row group a chunk; before them the rows' ids as text. */
export class ParquetFileWriter {
  private writer: ParquetWriter | undefined;

  constructor(
    private readonly path: string,
    private readonly idColumn: string | undefined,
  ) {}

  async write(explanation: Explanation, ids: readonly string[] | undefined): Promise<void> {
    const columnData: ColumnSource[] = Array.from(explanation.columns(), ([name, data]) => ({
      name,
      data,
      type: "DOUBLE",
    }));
    if (ids !== undefined)
      columnData.unshift({ name: this.idColumn ?? "id", data: [...ids], type: "STRING" });
    this.writer ??= new ParquetWriter({
      writer: fileWriter(this.path),
      schema: schemaFromColumnData({ columnData }),
    });
    await this.writer.write({ columnData, rowGroupSize: explanation.data.rows });
  }

  async finish(): Promise<void> {
    this.writer ??= new ParquetWriter({
      writer: fileWriter(this.path),
      schema: [{ name: "root", num_children: 0 }],
    });
    await this.writer.finish();
  }
}
