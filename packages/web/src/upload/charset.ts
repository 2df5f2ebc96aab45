import { ProblemError } from "../http/problem.js";

const readable = ["utf-8", "utf8", "us-ascii", "ascii"];

/**
 * Texts are read as UTF-8: what says that it is something else would get other letters without a word.
 * @throws ProblemError 415
 */
export function refuseForeignCharset(contentType: string | undefined): void {
  const charset = contentType?.match(/;\s*charset\s*=\s*"?([^\s";]*)/i)?.[1];
  if (charset === undefined || readable.includes(charset.toLowerCase())) return;
  throw new ProblemError(
    "unsupported-media-type",
    `charset=${charset}: texts are read as UTF-8; convert the body (iconv -f ${charset} -t UTF-8)`,
  );
}
