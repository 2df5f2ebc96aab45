import type { RequestHandler } from "express";
import type { Clock } from "../clock.js";

interface Rule {
  method: RegExp;
  path: RegExp;
  calls: number;
  seconds: number;
  /** Calls to each service are counted apart. */
  perService: boolean;
}

const anyPath = /^/;

/** Render's published limits; the first rule that matches counts. */
const rules: Rule[] = [
  { method: /^POST$/, path: /^\/services$/, calls: 20, seconds: 3600, perService: false },
  { method: /^PATCH$/, path: /^\/services\/[^/]+$/, calls: 10, seconds: 60, perService: true },
  {
    method: /^POST$/,
    path: /^\/services\/[^/]+\/(deploys|resume|suspend)$/,
    calls: 10,
    seconds: 60,
    perService: true,
  },
  { method: /^POST$/, path: /^\/services\/[^/]+\/jobs$/, calls: 2000, seconds: 3600, perService: false },
  { method: /^(POST|PUT|PATCH|DELETE)$/, path: anyPath, calls: 30, seconds: 60, perService: false },
  { method: anyPath, path: anyPath, calls: 400, seconds: 60, perService: false },
];

/** Counts calls in windows of (scaled) time, tells the count in the Ratelimit headers, and answers 429 above it. */
export function rateLimits(clock: Clock): RequestHandler {
  const windows = new Map<string, { calls: number; endsAt: number }>();
  return (request, response, next) => {
    const index = rules.findIndex(
      ({ method, path }) => method.test(request.method) && path.test(request.path),
    );
    const rule = rules[index];
    const key = rule.perService ? `${index} ${request.path}` : String(index);
    const now = Date.now();
    let window = windows.get(key);
    if (!window || window.endsAt <= now) {
      window = { calls: 0, endsAt: now + clock.milliseconds(rule.seconds) };
      windows.set(key, window);
    }
    window.calls += 1;
    response.set({
      "Ratelimit-Limit": String(rule.calls),
      "Ratelimit-Remaining": String(Math.max(0, rule.calls - window.calls)),
      "Ratelimit-Reset": String(Math.max(1, Math.ceil((window.endsAt - now) / 1000))),
    });
    if (window.calls <= rule.calls) return next();
    response.status(429).json({ message: "too many requests" });
  };
}
