import { kernelBytes } from "./kernel-bytes.js";
import { createPlainKernel } from "./plain-kernel.js";

/** The inner loops. Every number but counts is an address in `buffer`; see ../../../assembly for each function. */
export interface Kernel {
  readonly kind: "wasm-simd" | "plain";
  readonly buffer: ArrayBufferLike;
  addBlocks(
    program: number,
    end: number,
    ranks: number,
    stride: number,
    rows: number,
    offsets: number,
    sums: number,
  ): void;
  countBlock(
    program: number,
    ranks: number,
    stride: number,
    rows: number,
    counted: number,
    offsets: number,
    counts: number,
  ): void;
  addTree(
    root: number,
    rule: number,
    points: number,
    levels: number,
    ranks: number,
    rows: number,
    sums: number,
    stride: number,
    valueOffset: number,
    scratch: number,
  ): void;
  rankFeature(
    values: number,
    rowBytes: number,
    rows: number,
    thresholds: number,
    count: number,
    out: number,
  ): void;
  transpose(from: number, stride: number, rows: number, slots: number, to: number): void;
}

const PAGE = 65536;

/** What of the WebAssembly API is used: TypeScript's own declarations come with the DOM's. */
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

let compiled: object | undefined;

/** A kernel over a zeroed memory of its own; the plain one where the engine has no WebAssembly with SIMD. */
export function createKernel(bytes: number, kind: "auto" | Kernel["kind"] = "auto"): Kernel {
  if (kind === "plain") return createPlainKernel(bytes);
  const wasm = (globalThis as { WebAssembly?: WasmApi }).WebAssembly;
  try {
    if (wasm === undefined) throw new Error("this engine has no WebAssembly");
    compiled ??= new wasm.Module(Uint8Array.from(atob(kernelBytes), (char) => char.charCodeAt(0)));
    const memory = new wasm.Memory({ initial: Math.ceil(bytes / PAGE) });
    const { exports } = new wasm.Instance(compiled, { env: { memory } });
    return { kind: "wasm-simd", buffer: memory.buffer, ...(exports as Omit<Kernel, "kind" | "buffer">) };
  } catch (error) {
    if (kind === "wasm-simd") throw error;
    return createPlainKernel(bytes);
  }
}
