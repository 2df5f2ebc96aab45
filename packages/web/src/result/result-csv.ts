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

/** A chunk's lines. Numbers are written in the shortest form that reads back to the same float64. */
export function csvRows(chunk: ResultChunk): string {
  const { ids, predictions, values, rows } = chunk;
  const base = chunk.baseValues.join(",");
  let text = "";
  for (let r = 0; r < rows; r++) {
    for (const id of ids) text += `${csvCell(id[r]!)},`;
    for (const column of predictions) text += `${column[r]},`;
    text += base;
    for (const column of values) text += `,${column[r]}`;
    text += "\n";
  }
  return text;
}

/** RFC 4180: quoted where it must be. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
