import type { Progress } from "../deploy/progress.js";
import type { Console } from "../terminal/console.js";
import { elapsed } from "../terminal/live-lines.js";
import { printableLine } from "../terminal/printable.js";

/** Tells a deploy's progress on the console. */
export function tellProgress(console: Console): Progress {
  let begun = Date.now();
  return {
    step(name) {
      begun = Date.now();
      if (console.isLive) console.doing(name, "");
      else console.detail(`${name} ...`);
    },
    stepDone(name, detail) {
      console.settle();
      const { style } = console;
      const time = style("dim", elapsed(Date.now() - begun));
      console.say(`${style("green", "✓")} ${name.padEnd(8)} ${time}  ${printableLine(detail)}`);
    },
    service: (name, doing) => console.doing(name, doing),
    done(line) {
      console.settle();
      console.say(`${console.style("green", "✓")} ${printableLine(line)}`);
    },
    warn: (line) => console.say(`${console.style("yellow", "!")} ${printableLine(line)}`),
  };
}
