import type { Job, ResultChunk } from "@shap-service/jobs";
import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { numberColumns, resultColumns } from "./result-arrow.js";
import type { OpenChunks } from "./write-result.js";

/** Rows a row group; it is held in memory while it is written. */
const ROW_GROUP = 10_000;

/** A Parquet file, written row group by row group. */
export async function* writeParquet(job: Job, open: OpenChunks): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const take = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };
  let writer: ParquetWriter | undefined;
  for await (const group of rowGroups(open())) {
    const columnData = columnsOf(job, group);
    writer ??= new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData }) });
    await writer.write({ columnData, rowGroupSize: Number.POSITIVE_INFINITY });
    yield take();
  }
  await writer?.finish();
  yield take();
}

async function* rowGroups(chunks: AsyncIterable<ResultChunk>): AsyncGenerator<ResultChunk[]> {
  let group: ResultChunk[] = [];
  let rows = 0;
  for await (const chunk of chunks) {
    group.push(chunk);
    rows += chunk.rows;
    if (rows < ROW_GROUP) continue;
    yield group;
    group = [];
    rows = 0;
  }
  if (group.length > 0) yield group;
}

function columnsOf(job: Job, group: readonly ResultChunk[]): ColumnSource[] {
  const { texts, numbers } = resultColumns(job);
  const numbersOf = group.map((chunk) => numberColumns(job, chunk));
  const rows = group.reduce((sum, chunk) => sum + chunk.rows, 0);
  return [
    ...texts.map(
      (name, i): ColumnSource => ({
        name,
        data: group.flatMap((chunk) => [...chunk.ids[i]!]),
        type: "STRING",
        nullable: false,
      }),
    ),
    ...numbers.map(({ name, isSingle }, i): ColumnSource => {
      const data = isSingle ? new Float32Array(rows) : new Float64Array(rows);
      let at = 0;
      for (const columns of numbersOf) {
        data.set(columns[i]!, at);
        at += columns[i]!.length;
      }
      return { name, data, type: isSingle ? "FLOAT" : "DOUBLE", nullable: false };
    }),
  ];
}
