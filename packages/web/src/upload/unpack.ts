import { finished, type Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Request } from "express";
import { ProblemError } from "../http/problem.js";

/** An upload may unpack to this whatever it was packed to: what unpacks in a second or two is no burden. */
const FREE_BYTES = 256 * 2 ** 20;
/**
 * Beyond that, to at most so many times what was sent. Tables of numbers pack 2 to 20 times, the most repetitive ones
 * below 100; DEFLATE itself ends at 1032, which is what a bomb is made of.
 */
const MAX_RATIO = 100;

/** What so many bytes may stand for, in whatever way they are packed. */
export const mayUnpackTo = (bytes: number, freeBytes = FREE_BYTES, maxRatio = MAX_RATIO): number =>
  Math.max(freeBytes, maxRatio * bytes);

/**
 * The body as bytes of a table, unpacked where it is packed, as a stream at the reader's pace.
 * @throws ProblemError 415 at once; the stream ends with a ProblemError 413 where it unpacks to too much
 */
export function unpack(req: Request, { freeBytes = FREE_BYTES, maxRatio = MAX_RATIO } = {}): Readable {
  const encoding = req.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding === "identity") return req;
  if (encoding !== "gzip") {
    throw new ProblemError("unsupported-media-type", `Send the body plain or as gzip, not ${encoding}`);
  }
  const gunzip = createGunzip();
  let unpacked = 0;
  const bound = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      unpacked += bytes.length;
      // bytesWritten: what was sent so far and is unpacked.
      if (unpacked <= mayUnpackTo(gunzip.bytesWritten, freeBytes, maxRatio)) done(null, bytes);
      else
        done(
          new ProblemError("body-too-large", `The gzip body unpacks to more than ${maxRatio} times its size`),
        );
    },
  });
  // Not pipeline(): it would end the request's socket, over which the answer goes. And not the event of an error alone:
  // a client that hung up before anyone listened makes none, and its upload would never end.
  finished(req, { writable: false }, (error) => {
    if (error) gunzip.destroy(error);
  });
  gunzip.on("error", (error) => bound.destroy(error));
  bound.on("close", () => gunzip.destroy());
  // The reader hears of an error where it reads; one that comes when it has stopped to must not end the process.
  bound.on("error", () => {});
  return req.pipe(gunzip).pipe(bound);
}
