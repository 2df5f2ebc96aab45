// C0 and C1 control characters, and the Unicode marks that reorder or hide text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Text from outside (branch names, log lines, answers of an API) made safe to show: a control character becomes
 * a visible escape, so it cannot move the cursor, colour what follows, or reorder the line. Tabs and newlines stay.
 */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const hex = character.charCodeAt(0).toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
}

/** The same on one line: newlines and tabs become spaces. */
export function printableLine(text: string): string {
  return printable(text.replace(/\r?\n|\r|\t/g, " "));
}

/**
 * A value as JSON that is safe to show, too: JSON escapes the first control characters by itself, but neither the C1 ones,
 * which some terminals obey, nor the marks that reorder text. What is parsed from it is the same.
 */
export function printableJson(value: unknown, indent?: number): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, undefined, indent).replace(unsafe, escaped);
}
