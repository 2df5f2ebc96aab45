import { hostname } from "node:os";

/** What differs from run to run, and the value of the same width that stands for it in a picture. */
const volatile: [RegExp, string | ((...found: string[]) => string)][] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-01-02T12:00:00.000Z"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "2026-01-02T12:00:00Z"],
  [/\b\d\d:\d\d:\d\d (?=\S)/g, "12:00:00 "],
  [
    new RegExp(`-${hostname()}-\\d+-\\d{13}-[0-9a-f-]{36}`, "g"),
    "-host-77-1767355200000-1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b",
  ],
  [
    /\b(srv|red|dep)-[0-9a-z]{20}(-[0-9a-z]{5})?/g,
    (_all, kind, part) => `${kind}-d0example${part ? "-x7k2p" : ""}`,
  ],
  [/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:10000"],
  [/(?<=shap-worker-)(?!\d{8}000000)\d{14}/g, "20260102120000"],
  [/(?<![\d:]) {0,3}\b\d{1,2}:\d\d\b(?![:.])/g, (time) => "0:07".padStart(time.length)],
  [/\b\d+\.\d s\b/g, "1.2 s"],
  [/\b\d+(\.\d+)?e[+-]\d+/g, "1.1e-14"],
  [/(?<=render\.yaml:)\d\d\b/g, "42"],
  [/(?<=peak |itself: )\d+ MB/g, "64 MB"],
  [/\b(\d+)(?= log lines)/g, "3"],
  [/(?<=at most )[\d.]+ ms/g, "0.2 ms"],
  [/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/u, "⠹"],
];

/** A piece of output with its times, ids, commits and measures put to fixed ones. */
export function steady(text: string): string {
  return volatile.reduce((so, [pattern, fixed]) => so.replace(pattern, fixed as string), text);
}
