import type { Response } from "express";

/**
 * As `res.json`, for what is asked most: head and text leave in one piece, where Express makes a buffer of the text,
 * which is then written by itself.
 */
export function sendJson(res: Response, document: object): void {
  const text = JSON.stringify(document);
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", Buffer.byteLength(text));
  res.end(text);
}
