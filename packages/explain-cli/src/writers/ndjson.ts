import type { Explanation } from "shap-core";
import type { TextOutput } from "../output-file.js";
import { rowObjects } from "./row-object.js";

/** One object a row, one row a line. */
export class NdjsonWriter {
  constructor(
    private readonly output: TextOutput,
    private readonly idColumn: string | undefined,
  ) {}

  async write(explanation: Explanation, ids: readonly string[] | undefined): Promise<void> {
    const rows = rowObjects(explanation, this.idColumn, ids);
    await this.output.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }

  async finish(): Promise<void> {}
}
