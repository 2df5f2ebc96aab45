import type { Request } from "express";
import { ApiError } from "../errors.js";
import { limit, text } from "./query.js";

/**
 * One page of a list, each item with its cursor: `?cursor=` takes the last one and gives what comes after it.
 *
 * @param items all items, in the order of the list
 * @param key the field of the envelope that holds the item
 * @param idOf what tells items apart
 */
export function page<Item>(
  request: Request,
  items: Item[],
  key: string,
  idOf: (item: Item) => string,
  present: (item: Item) => object,
): object[] {
  const cursor = text(request, "cursor");
  let from = 0;
  if (cursor) {
    const id = Buffer.from(cursor, "base64url").toString();
    from = items.findIndex((item) => idOf(item) === id) + 1;
    if (from === 0) throw new ApiError(400, "invalid cursor");
  }
  return items.slice(from, from + limit(request)).map((item) => ({
    [key]: present(item),
    cursor: Buffer.from(idOf(item)).toString("base64url"),
  }));
}
