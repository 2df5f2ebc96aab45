/** A JSON string, or a number that JSON cannot hold but XGBoost's and Python's writers put into it. */
const STRING_OR_SPECIAL_NUMBER = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|nan|Infinity|inf)\b/g;

const spelling: Record<string, string> = {
  NaN: '"NaN"',
  nan: '"NaN"',
  Infinity: '"Infinity"',
  inf: '"Infinity"',
  "-Infinity": '"-Infinity"',
  "-inf": '"-Infinity"',
  "-NaN": '"NaN"',
  "-nan": '"NaN"',
};

/**
 * JSON.parse that also reads the bare NaN, Infinity and -Infinity of XGBoost and Python: they become the texts
 * "NaN", "Infinity" and "-Infinity", which DocumentNode reads as numbers.
 * @throws SyntaxError where the text is no JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const quoted = text.replace(STRING_OR_SPECIAL_NUMBER, (token) => spelling[token] ?? token);
    if (quoted === text) throw cause;
    return JSON.parse(quoted);
  }
}
