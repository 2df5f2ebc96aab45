import type { Explanation } from "shap-core";
import type { TextOutput } from "../output-file.js";

/** The explanation's columns, before them the rows' ids. */
export class CsvWriter {
  private started = false;

  constructor(
    private readonly output: TextOutput,
    private readonly idColumn: string | undefined,
  ) {}

  async write(explanation: Explanation, ids: readonly string[] | undefined): Promise<void> {
    const header = !this.started;
    this.started = true;
    if (ids === undefined) return this.output.write(explanation.toCSV({ header }));
    const text: string[] = [];
    if (header) text.push(`${quoted(this.idColumn ?? "id")},`, explanation.select({ rows: [] }).toCSV());
    const lines = explanation.toCSV({ header: false }).split("\n");
    ids.forEach((id, row) => {
      text.push(`${quoted(id)},${lines[row]}\n`);
    });
    await this.output.write(text.join(""));
  }

  async finish(): Promise<void> {}
}

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
