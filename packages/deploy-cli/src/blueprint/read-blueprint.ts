import { type Document, isNode, isScalar, LineCounter, parseDocument, type Scalar } from "yaml";
import { type Blueprint, blueprintSchema } from "./schema.js";

/** A place in render.yaml, 1-based, as editors count. */
export interface Place {
  line: number;
  column: number;
}

export interface BlueprintProblem {
  /** `services[0].plan`; absent for a syntax error. */
  path?: string;
  message: string;
  place?: Place;
}

export type Path = readonly (string | number)[];

/** The text of a render.yaml with its places: what is edited, and what findings point to. */
export class BlueprintText {
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(readonly text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines });
  }

  /** Everything that is wrong with the syntax or the fields, or the Blueprint when nothing is. */
  read(): { blueprint: Blueprint } | { problems: BlueprintProblem[] } {
    if (this.#document.errors.length > 0) {
      const problems = this.#document.errors.map((error) => ({
        message: error.message.split("\n")[0].replace(/ at line \d+, column \d+:?$/, ""),
        place: this.#place(error.pos[0]),
      }));
      return { problems };
    }
    const parsed = blueprintSchema.safeParse(this.#document.toJS() ?? {});
    if (parsed.success) return { blueprint: parsed.data };
    const problems = parsed.error.issues.map((issue) => {
      const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
      const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
      const message =
        issue.code === "unrecognized_keys"
          ? `Render knows no field ${issue.keys.join(", ")} here`
          : issue.message;
      return {
        path: formatPath(path),
        message,
        place: this.placeOf(unknown === undefined ? path : [...path, unknown]),
      };
    });
    return { problems };
  }

  /** Where the value at `path` stands; for a missing one, the nearest entry around it. */
  placeOf(path: Path): Place | undefined {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return this.#place(node.range[0]);
    }
    return undefined;
  }

  /** The plain or quoted scalar at `path` itself, not behind an alias. */
  scalarAt(path: Path): Scalar | undefined {
    const node = this.#document.getIn(path, true);
    return isScalar(node) ? node : undefined;
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

/** `services[0].envVars[2].value` */
export function formatPath(path: Path): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .replace(/^\./, "");
}
