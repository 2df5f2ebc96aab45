import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import type { ResultPart } from "./write-result.js";

/**
 * Sends the parts of a result under these headers. The first part is read before anything is sent: what goes wrong by then
 * gets an answer of its own, later the connection is cut.
 * @throws what the parts throw
 */
export async function sendResult(
  req: Request,
  res: Response,
  parts: AsyncGenerator<ResultPart>,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const first = await parts.next();
  res.status(200).set(headers);
  if (req.method === "HEAD") {
    await parts.return(undefined);
    return void res.end();
  }
  await pipeline(Readable.from(following(first, parts)), res);
}

async function* following(
  first: IteratorResult<ResultPart>,
  parts: AsyncGenerator<ResultPart>,
): AsyncGenerator<ResultPart> {
  try {
    if (first.done !== true) yield first.value;
    yield* parts;
  } finally {
    await parts.return(undefined);
  }
}
