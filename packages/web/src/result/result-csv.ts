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

/** No float64 is written longer: sign, 17 digits, point, exponent. */
const NUMBER_BYTES = 25;
const COMMA = 0x2c;
const LINE_END = 0x0a;

/** A chunk's lines in UTF-8. Numbers are written in the shortest form that reads back to the same float64. */
export function csvRows({ ids, predictions, values, baseValues, rows }: ResultChunk): Uint8Array {
  const base = Buffer.from(baseValues.map((value) => `${value},`).join(""));
  const carried = ids.map((column) => column.map((text) => Buffer.from(`${csvCell(text)},`)));
  const textBytes = carried.flat().reduce((sum, cell) => sum + cell.length, 0);
  const numbers = (predictions.length + values.length) * (NUMBER_BYTES + 1);
  const bytes = Buffer.allocUnsafe(textBytes + rows * (numbers + base.length + 1));
  let at = 0;
  // Cell by cell into bytes: a text of all cells would be built twice, once as a tree of parts and once flat.
  const write = (value: number) => {
    const text = String(value);
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    bytes[at++] = COMMA;
  };
  for (let r = 0; r < rows; r++) {
    for (const column of carried) at += column[r]!.copy(bytes, at);
    for (const column of predictions) write(column[r]!);
    at += base.copy(bytes, at);
    for (const column of values) write(column[r]!);
    bytes[at - 1] = LINE_END;
  }
  return bytes.subarray(0, at);
}

/** RFC 4180: quoted where it must be. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
