/** When a worker service was named, in its name: `<base>-worker-<stamp>`. */
export interface WorkerName {
  /** What stands before `-worker`. */
  base: string;
  stamp?: string;
  /** `MMDDYYYY` stamps come from the shell scripts before this tool: recognised and replaced, never written. */
  stampForm?: "YYYYMMDDHHmmss" | "MMDDYYYY";
}

const longest = 63;

/** Reads a worker's service name, or gives undefined when it is not of the form `<base>-worker[-<stamp>]`. */
export function parseWorkerName(name: string): WorkerName | undefined {
  const match = /^(?<base>[A-Za-z0-9][A-Za-z0-9_.-]*?)-worker(?:-(?<stamp>\d{14}|\d{8}))?$/.exec(name);
  if (!match?.groups) return undefined;
  const { base, stamp } = match.groups;
  if (stamp === undefined) return { base };
  const stampForm = stamp.length === 14 ? "YYYYMMDDHHmmss" : "MMDDYYYY";
  return isDate(stamp, stampForm) ? { base, stamp, stampForm } : undefined;
}

/** The stamp of a moment, in UTC: `20261124031500`. */
export function stampOf(moment: Date): string {
  return moment.toISOString().replace(/\D/g, "").slice(0, 14);
}

/** The moment a stamp names; a `MMDDYYYY` stamp names midnight. */
export function momentOf(stamp: string): Date | undefined {
  const form = stamp.length === 14 ? "YYYYMMDDHHmmss" : "MMDDYYYY";
  return isDate(stamp, form) ? toDate(stamp, form) : undefined;
}

/**
 * The name for the next worker service.
 *
 * @param taken names that must not come again: when this second's name is among them the next free second is used
 */
export function nextWorkerName(base: string, now: Date, taken: Iterable<string> = []): string {
  const names = new Set(taken);
  for (let moment = now.getTime(); ; moment += 1000) {
    const name = `${base}-worker-${stampOf(new Date(moment))}`;
    if (name.length > longest) {
      throw new RangeError(`the base name ${base} is too long: ${name} has more than ${longest} characters`);
    }
    if (!names.has(name)) return name;
  }
}

function toDate(stamp: string, form: NonNullable<WorkerName["stampForm"]>): Date {
  const part = (from: number, to: number) => Number(stamp.slice(from, to));
  return form === "MMDDYYYY"
    ? new Date(Date.UTC(part(4, 8), part(0, 2) - 1, part(2, 4)))
    : new Date(Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14)));
}

function isDate(stamp: string, form: NonNullable<WorkerName["stampForm"]>): boolean {
  // A date that does not exist comes back as another one: 20260231 would be March the 3rd.
  const again = toDate(stamp, form);
  if (Number.isNaN(again.getTime())) return false;
  const full = stampOf(again);
  return form === "YYYYMMDDHHmmss" ? full === stamp : `${full.slice(4, 8)}${full.slice(0, 4)}` === stamp;
}
