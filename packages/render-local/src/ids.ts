import { randomInt } from "node:crypto";

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/** The kinds of things on Render, by the prefix of their ids. */
export type IdPrefix =
  | "bld"
  | "dep"
  | "dce"
  | "evg"
  | "evt"
  | "exe"
  | "exs"
  | "job"
  | "log"
  | "red"
  | "srv"
  | "tea"
  | "usr";

/** A new id in Render's shape, such as `srv-1k3m...` (prefix and 20 characters of 0-9a-z). */
export function newId(prefix: IdPrefix): string {
  return `${prefix}-${randomText(20)}`;
}

/** A new instance id: the service's id and five characters. */
export function newInstanceId(serviceId: string): string {
  return `${serviceId}-${randomText(5)}`;
}

/** `length` random characters of 0-9a-z. */
export function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
