const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = (name: keyof typeof codes, text: string) => string;

export const coloured: Style = (name, text) => `\u001b[${codes[name][0]}m${text}\u001b[${codes[name][1]}m`;
export const plain: Style = (_name, text) => text;

/** Colour on a terminal unless NO_COLOR says no; FORCE_COLOR says yes (https://no-color.org). */
export function styleFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  if (environment.NO_COLOR) return plain;
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== "0") return coloured;
  return stream.isTTY && environment.TERM !== "dumb" ? coloured : plain;
}
