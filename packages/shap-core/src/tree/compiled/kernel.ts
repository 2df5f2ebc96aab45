import { kernelBytes, sharedKernelBytes } from "./kernel-bytes.js";
import { createPlainKernel } from "./plain-kernel.js";

/** The inner loops. Every number but counts is an address in `buffer`; see ../../../assembly for each function. */
export interface Kernel {
  readonly kind: "wasm-simd" | "plain";
  /** What another thread needs to attach a kernel to the same memory. */
  readonly memory: KernelMemory;
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
  addRow(program: number, end: number, ranks: number, stride: number, found: number, sums: number): void;
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
  readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

/** The memory of a kernel, as it can be sent to another thread where it is shared. */
export type KernelMemory = WasmMemory | ArrayBufferLike;

const modules = new Map<boolean, object>();

/**
 * A kernel over a zeroed memory of its own; the plain one where the engine has no WebAssembly with SIMD.
 * @param shared whether other threads will work in the memory too
 */
export function createKernel(bytes: number, kind: "auto" | Kernel["kind"] = "auto", shared = false): Kernel {
  if (kind !== "plain") {
    try {
      const pages = Math.ceil(bytes / PAGE);
      const memory = new (wasmApi().Memory)({ initial: pages, maximum: pages, shared });
      return attachKernel(memory, shared);
    } catch (error) {
      if (kind === "wasm-simd") throw error;
    }
  }
  const size = Math.ceil(bytes / 8) * 8;
  return createPlainKernel(shared ? new SharedArrayBuffer(size) : new ArrayBuffer(size));
}

/** A kernel over the memory of another. */
export function attachKernel(memory: KernelMemory, shared: boolean): Kernel {
  if (memory instanceof ArrayBuffer || memory instanceof SharedArrayBuffer) return createPlainKernel(memory);
  const { buffer } = memory as WasmMemory;
  const wasm = wasmApi();
  let module = modules.get(shared);
  if (module === undefined) {
    const text = atob(shared ? sharedKernelBytes : kernelBytes);
    module = new wasm.Module(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    modules.set(shared, module);
  }
  const { exports } = new wasm.Instance(module, { env: { memory } });
  return { kind: "wasm-simd", memory, buffer, ...(exports as Omit<Kernel, "kind" | "memory" | "buffer">) };
}

function wasmApi(): WasmApi {
  const wasm = (globalThis as { WebAssembly?: WasmApi }).WebAssembly;
  if (wasm === undefined) throw new Error("this engine has no WebAssembly");
  return wasm;
}
