const DAY_MS = 86_400_000;

/**
 * A time as ISO 8601, with as many digits of a second as it needs, in groups of three: dates of JavaScript end at
 * milliseconds.
 * @param ticks since 1970
 * @param digits how many of a second's digits a tick is: 3 for milliseconds
 * @throws Error where no calendar has it
 */
export function isoTime(ticks: bigint, digits: number): string {
  const perSecond = 10n ** BigInt(digits);
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((ticks - fraction) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) throw new Error(`${ticks} is no time`);
  return `${date.toISOString().slice(0, -".000Z".length)}${fractionText(fraction, digits)}Z`;
}

/** @param days since 1970 @throws Error where no calendar has it */
export function isoDay(days: number): string {
  const date = new Date(days * DAY_MS);
  if (Number.isNaN(date.getTime())) throw new Error(`${days} is no day`);
  return date.toISOString().slice(0, -"T00:00:00.000Z".length);
}

/** @param ticks since midnight @throws Error where a day has not so many */
export function timeOfDay(ticks: bigint, digits: number): string {
  if (ticks < 0n || ticks >= 86_400n * 10n ** BigInt(digits)) throw new Error(`${ticks} is no time of day`);
  return isoTime(ticks, digits).slice("1970-01-01T".length, -"Z".length);
}

function fractionText(fraction: bigint, digits: number): string {
  if (fraction === 0n) return "";
  return `.${String(fraction)
    .padStart(digits, "0")
    .replace(/(000)+$/, "")}`;
}
