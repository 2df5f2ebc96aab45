import { setFlagsFromString } from "node:v8";

/**
 * How much the heap and the buffers outside of it may grow before V8 looks through all of it again, in percent of what
 * lives. Left to itself it does so after every 9 MB or so where `--max-old-space-size` is small, and tables pass through
 * these processes by the hundred megabytes: a third of their processor time went there. 200 lets some 60 MB of garbage
 * stand, well within 512 MB; the flag is read anew at each collection, and near the heap's limit it does not count.
 */
const GROWTH_PERCENT = 200;

/** To be called once, at the start of a process that explains tables. */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
