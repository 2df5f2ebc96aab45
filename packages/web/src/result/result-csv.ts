import {
  baseValueColumns,
  type Job,
  predictionColumns,
  type ResultChunk,
  valueColumns,
} from "@shap-service/jobs";

/** The header: carried columns, predictions, base values, one column a feature (and output). */
export function csvHeader(job: Pick<Job, "idColumns" | "featureNames" | "outputNames">): string {
  const names = [
    ...job.idColumns,
    ...predictionColumns(job.outputNames),
    ...baseValueColumns(job.outputNames),
    ...valueColumns(job.featureNames, job.outputNames),
  ];
  return `${names.map(csvCell).join(",")}\n`;
}

/** No float64 is written longer: sign, 17 digits, point, exponent; and a comma or line end. */
const NUMBER_BYTES = 26;
const LINE_END = 0x0a;

/**
 * A chunk's lines in UTF-8. Numbers are written in the shortest form that reads back to the same float64. Line by line
 * into bytes: one text of all cells would be built twice, as a tree of parts and then flat.
 */
export function csvRows({ ids, predictions, values, baseValues, rows }: ResultChunk): Uint8Array {
  const carried = ids.map((column) => column.map((text) => Buffer.from(`${csvCell(text)},`)));
  const textBytes = carried.flat().reduce((sum, cell) => sum + cell.length, 0);
  const cells = [...predictions.map(() => 0), ...baseValues, ...values.map(() => 0)];
  const firstValue = predictions.length + baseValues.length;
  const bytes = Buffer.allocUnsafe(textBytes + rows * cells.length * NUMBER_BYTES);
  let at = 0;
  for (let r = 0; r < rows; r++) {
    for (const column of carried) at += column[r]!.copy(bytes, at);
    for (let c = 0; c < predictions.length; c++) cells[c] = predictions[c]![r]!;
    for (let c = 0; c < values.length; c++) cells[firstValue + c] = values[c]![r]!;
    at += bytes.write(cells.join(","), at, "latin1");
    bytes[at++] = LINE_END;
  }
  return bytes.subarray(0, at);
}

/** RFC 4180: quoted where it must be. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
