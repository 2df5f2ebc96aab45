import { ProblemError } from "../../http/problem.js";
import { checkBatch, checkMessage, type MessageHead, RowClaimError } from "./check-message.js";
import type { RawMessage } from "./raw-messages.js";
import { unpackBody } from "./unpack-body.js";

/** A record batch is in memory as a whole, and so are the dictionaries; writers make batches of some MB. */
const MAX_BATCH_BYTES = 64 * 2 ** 20;
const CONTINUATION = -1;

/**
 * Arrow IPC messages, each whole, checked and unpacked, as an IPC stream for apache-arrow. That is not made for files from
 * strangers: a changed byte made 400 bytes of an upload cost 2 GB, another one made it read the same message for ever.
 * @param keptBytes what the dictionaries take at the moment
 * @throws ProblemError 413; Error that says what is wrong
 */
export async function* arrowMessages(
  messages: AsyncIterable<RawMessage>,
  keptBytes: () => number,
): AsyncGenerator<Uint8Array> {
  let nodeOfColumn: readonly number[] | undefined;
  let since = 0;
  const count = (more: number) => {
    since += more;
    if (since <= MAX_BATCH_BYTES) return;
    throw tooLarge(`a record batch with its dictionaries may have ${MAX_BATCH_BYTES} bytes`);
  };
  for await (const { metadata, body } of messages) {
    const head = checkMessage(metadata);
    if (head.kind === "schema") {
      // apache-arrow would begin anew with other columns.
      if (nodeOfColumn !== undefined) throw new Error("a second schema stands in the middle of it");
      nodeOfColumn = head.nodeOfColumn;
    }
    count(head.bodyLength);
    const sent = await body(head.bodyLength);
    const unpacked = unpackSound(head, sent, head.kind === "batch" ? (nodeOfColumn ?? []) : [], count);
    yield prefixOf(metadata);
    yield metadata;
    yield unpacked;
    if (head.kind === "batch") since = keptBytes();
  }
}

function unpackSound(
  { batch, message }: MessageHead,
  sent: Uint8Array,
  nodeOfColumn: readonly number[],
  count: (more: number) => void,
): Uint8Array {
  if (batch === undefined) return sent;
  const body = unpackBody(message, batch, sent, count);
  try {
    checkBatch(batch, body.length, nodeOfColumn);
  } catch (error) {
    throw error instanceof RowClaimError ? tooLarge(error.message) : error;
  }
  return body;
}

function prefixOf(metadata: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(8);
  prefix.writeInt32LE(CONTINUATION, 0);
  prefix.writeInt32LE(metadata.length, 4);
  return prefix;
}

const tooLarge = (detail: string): ProblemError => new ProblemError("body-too-large", detail);
