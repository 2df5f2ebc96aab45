import type { Place } from "../blueprint/read-blueprint.js";

export type Level = "pass" | "warning" | "failure";

/** One thing that was looked at before a deploy. */
export interface Finding {
  /** Stable, like `blueprint.key-value.policy`. */
  id: string;
  level: Level;
  /** What was looked at, and what it is. One line. */
  title: string;
  /** Why it matters; given with warnings and failures. */
  why?: string;
  /** The command to run, or the line to write. */
  fix?: string;
  file?: string;
  place?: Place;
}

export interface FindingCounts {
  pass: number;
  warning: number;
  failure: number;
}

export function countFindings(findings: readonly Finding[]): FindingCounts {
  const counts = { pass: 0, warning: 0, failure: 0 };
  for (const { level } of findings) counts[level] += 1;
  return counts;
}

/** Gathers the findings of one subject; `file` and its places are filled in here. */
export class Findings {
  readonly list: Finding[] = [];

  constructor(
    private readonly prefix: string,
    private readonly file?: string,
    private readonly placeOf?: (path: readonly (string | number)[]) => Place | undefined,
  ) {}

  pass(id: string, title: string): void {
    this.#add("pass", id, { title });
  }

  warning(id: string, finding: Complaint): void {
    this.#add("warning", id, finding);
  }

  failure(id: string, finding: Complaint): void {
    this.#add("failure", id, finding);
  }

  #add(level: Level, id: string, { at, ...finding }: Omit<Complaint, "why"> & { why?: string }): void {
    const place = at && this.placeOf?.(at);
    this.list.push({
      id: `${this.prefix}.${id}`,
      level,
      ...finding,
      ...(level !== "pass" && this.file ? { file: this.file } : {}),
      ...(place ? { place } : {}),
    });
  }
}

interface Complaint {
  title: string;
  why: string;
  fix?: string;
  /** The path in render.yaml that it is about. */
  at?: readonly (string | number)[];
}
