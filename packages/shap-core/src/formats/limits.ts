/**
 * Bounds on what a file may claim beyond what it holds: numbers that make a reader allocate without a byte of the
 * file standing behind them. They lie far above any real model.
 */
export const MAX_FEATURES = 2 ** 20;
export const MAX_OUTPUTS = 2 ** 16;
/** Words of 32 categories, over all splits of a model: 64 MiB. */
export const MAX_CATEGORY_WORDS = 2 ** 24;
/** Values over all nodes and outputs: 256 MiB. A split counts as much as a vector leaf. */
export const MAX_VALUES = 2 ** 25;
/** Splits from the root to a leaf; it bounds the stack and memory of everything that walks a tree. */
export const MAX_DEPTH = 4096;
