import type { Explanation } from "shap-core";
import type { TextOutput } from "../output-file.js";
import { rowObjects } from "./row-object.js";

/** One document: `{ featureNames, outputNames, rows: [...] }`, written row by row. */
export class JsonWriter {
  private started = false;

  constructor(
    private readonly output: TextOutput,
    private readonly idColumn: string | undefined,
  ) {}

  async write(explanation: Explanation, ids: readonly string[] | undefined): Promise<void> {
    const { featureNames, outputNames } = explanation;
    const rows = rowObjects(explanation, this.idColumn, ids).map((row) => JSON.stringify(row));
    const names = JSON.stringify({ featureNames, outputNames }).slice(0, -1);
    await this.output.write(`${this.started ? ",\n" : `${names},"rows":[\n`}${rows.join(",\n")}`);
    this.started = true;
  }

  async finish(): Promise<void> {
    await this.output.write(this.started ? "\n]}\n" : '{"rows":[]}\n');
  }
}
