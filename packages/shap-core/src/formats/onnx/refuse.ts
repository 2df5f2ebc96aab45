import { ModelFormatError } from "../../errors.js";
import type { DocumentNode } from "../document.js";

/** Throws the ModelFormatError for a place whose value is no single thing to show, as an operator or an attribute. */
export function refuse(place: DocumentNode, message: string): never {
  throw new ModelFormatError(place.format, place.path, message);
}
