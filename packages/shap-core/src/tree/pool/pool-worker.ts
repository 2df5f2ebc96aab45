import { parentPort, workerData } from "node:worker_threads";
import { rowsOf } from "../../model/matrix.js";
import { TreeEnsemble } from "../../model/tree-ensemble.js";
import { TreeExplainer } from "../tree-explainer.js";
import type { PoolAnswer, PoolJob, WorkerStart } from "./protocol.js";

const start = workerData as WorkerStart;
const explainer = new TreeExplainer(new TreeEnsemble(start.model), start.options, start.engine);

parentPort!.on("message", (job: PoolJob) => {
  let answer: PoolAnswer = { id: job.id };
  try {
    takePieces(job);
  } catch (error) {
    answer = { id: job.id, error };
  }
  parentPort!.postMessage(answer);
});

function takePieces(job: PoolJob): void {
  const { rows, rowsAPiece, nextRow } = job;
  while (true) {
    const first = Atomics.add(nextRow, 0, rowsAPiece);
    if (first >= rows) return;
    const piece = rowsOf(job, first, rowsAPiece);
    const count = piece.rows;
    if (job.kind === "interactions") {
      const { values } = explainer.explainInteractions(piece);
      job.values.set(values, (first * values.length) / count);
      continue;
    }
    const labels = job.labels?.subarray(first, first + count);
    const { values, rowBaseValues } = explainer.explain(piece, { labels });
    job.values.set(values, (first * values.length) / count);
    if (rowBaseValues !== undefined) job.rowBaseValues!.set(rowBaseValues, first);
  }
}
