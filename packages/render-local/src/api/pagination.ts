import type { Request } from "express";
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
    const last = items.findIndex((item) => idOf(item) === id);
    // Nothing comes after a cursor that no item has (any more); lists document no 400.
    from = last === -1 ? items.length : last + 1;
  }
  return items.slice(from, from + limit(request)).map((item) => ({
    [key]: present(item),
    cursor: Buffer.from(idOf(item)).toString("base64url"),
  }));
}
