/**
 * The font the plots are set in. All of these have Helvetica's widths, so a text's width is known without a
 * browser; where none is installed the viewer's own sans-serif steps in, and margins leave room for a wider one.
 */
export const FONT_FAMILY = "'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif";

/** Helvetica's advance widths in 1/1000 em for the characters U+0020 to U+007E (Adobe Font Metrics, 1985). */
const HELVETICA = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const LATIN_DEFAULT = 600;
const WIDE = 1000;
const EMOJI = 1300;
const BOLD = 1.07;

const emoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const mark = /^\p{Mark}+$/u;
/** Hangul, kana, CJK and full-width forms: one em each. */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60]|[\u{20000}-\u{3FFFD}]/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The width of a text in px, set at `size` px. */
export function textWidth(text: string, size: number, weight: "normal" | "bold" = "normal"): number {
  let thousandths = 0;
  for (const character of characters(text)) thousandths += characterWidth(character);
  return (thousandths / 1000) * size * (weight === "bold" ? BOLD : 1);
}

/**
 * The text, or where it is wider than `width` px its beginning and end around an ellipsis: names that are long are
 * often long in front (`mean_of_the_monthly_balance_12m`), and their ends tell them apart.
 */
export function cutToWidth(text: string, width: number, size: number): string {
  const tidy = text.replace(/\s+/g, " ").trim();
  if (textWidth(tidy, size) <= width) return tidy;
  const all = [...characters(tidy)];
  for (let kept = all.length - 1; kept > 0; kept--) {
    const head = Math.ceil(kept * 0.6);
    const tail = kept - head;
    const cut = `${all.slice(0, head).join("")}…${tail === 0 ? "" : all.slice(-tail).join("")}`;
    if (textWidth(cut, size) <= width) return cut;
  }
  return "…";
}

/** What a reader takes for one character: an emoji of several code points, a letter with its marks. */
function* characters(text: string): Generator<string> {
  if (/^[ -~]*$/.test(text)) yield* text;
  else for (const { segment } of segmenter.segment(text)) yield segment;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (character.length === 1 && code >= 0x20 && code <= 0x7e) return HELVETICA[code - 0x20]!;
  if (character === "\u2212") return 584;
  if (character === "…") return 1000;
  if (emoji.test(character)) return EMOJI;
  if (mark.test(character)) return 0;
  return wide.test(character) ? WIDE : LATIN_DEFAULT;
}
