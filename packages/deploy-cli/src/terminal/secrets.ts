const mask = "[hidden]";
// Shorter values would blank ordinary words out of every message.
const shortestSecret = 6;

/** The values that must never be shown. Every line a command writes goes through {@link Secrets.hide}. */
export class Secrets {
  #values: string[] = [];

  add(value: string | undefined): void {
    if (value === undefined || value.length < shortestSecret || this.#values.includes(value)) return;
    this.#values.push(value);
    // The longest first: a secret may contain another.
    this.#values.sort((a, b) => b.length - a.length);
  }

  hide(text: string): string {
    let hidden = text;
    for (const value of this.#values) {
      // A secret also hides when it was escaped for a URL or for JSON.
      for (const form of new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])) {
        hidden = hidden.replaceAll(form, mask);
      }
    }
    return hidden;
  }
}
