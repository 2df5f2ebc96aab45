// The inner loops of the tree engine. Everything is a pointer into one memory that ../src/tree/compiled lays out, and
// ../src/tree/compiled/plain-kernel.ts does the same sums in the same order in plain TypeScript.
export { addBlocks, addRow, countBlock } from "./blocks";
export { addTree } from "./quadrature";
export { rankFeature } from "./ranks";
export { transpose } from "./transpose";
