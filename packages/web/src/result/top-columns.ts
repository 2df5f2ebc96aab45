import type { Job, ResultChunk } from "@shap-service/jobs";
import { ProblemError } from "../http/problem.js";
import { strongest } from "./top-reasons.js";
import type { OpenChunks } from "./write-result.js";

/**
 * A result that tells only the k strongest reasons a row: text columns `reason_1` … `reason_k` with the features' names
 * behind the carried columns, and their values in `shap_reason_1` … in place of one column a feature. With several
 * outputs each has its own reasons, `reason_1[<output>]`.
 * @throws ProblemError where a carried column has such a name
 */
export function topColumns(job: Job, open: OpenChunks, top: number): { job: Job; open: OpenChunks } {
  const k = Math.min(top, job.featureNames.length);
  const reasons = Array.from({ length: k }, (_, i) => `reason_${i + 1}`);
  const several = job.outputNames.length > 1;
  const names = reasons.flatMap((reason) =>
    several ? job.outputNames.map((output) => `${reason}[${output}]`) : [reason],
  );
  const doubled = names.find((name) => job.idColumns.includes(name));
  if (doubled !== undefined) {
    throw new ProblemError("bad-request", `top=${top}: the result carries a column ${doubled} of its own`);
  }
  return {
    job: { ...job, idColumns: [...job.idColumns, ...names], featureNames: reasons },
    async *open() {
      for await (const chunk of open()) yield topChunk(job, chunk, k);
    },
  };
}

function topChunk({ featureNames, outputNames }: Job, chunk: ResultChunk, k: number): ResultChunk {
  const outputs = outputNames.length;
  const names = Array.from({ length: k * outputs }, () => new Array<string>(chunk.rows));
  const Column = chunk.values[0] instanceof Float32Array ? Float32Array : Float64Array;
  const values = Array.from({ length: k * outputs }, () => new Column(chunk.rows));
  for (let r = 0; r < chunk.rows; r++) {
    for (let o = 0; o < outputs; o++) {
      const found = strongest(featureNames.length, k, (j) => chunk.values[j * outputs + o]![r]!);
      for (const [i, [feature, contribution]] of found.entries()) {
        names[i * outputs + o]![r] = featureNames[feature]!;
        values[i * outputs + o]![r] = contribution;
      }
    }
  }
  return { ...chunk, ids: [...chunk.ids, ...names], values };
}
