import type { Kernel } from "./kernel.js";
import { PlainQuadrature } from "./plain-quadrature.js";

/** The bits of an index; the sign of a condition's is for flip. */
const INDEX_BITS = 0x7fff;

/** The kernel in plain TypeScript, for engines without WebAssembly SIMD: the same sums in the same order. */
export function createPlainKernel(buffer: ArrayBufferLike): Kernel {
  const int32 = new Int32Array(buffer);
  const int16 = new Int16Array(buffer);
  const float64 = new Float64Array(buffer);

  function indexOf(program: number, ranks: number, stride: number, row: number): number {
    const at = program >> 2;
    const width = int32[at + 1]!;
    const count = int32[at + 2]!;
    let index = 0;
    for (let c = 0; c < count; c++) {
      const condition = at + 3 + width + 2 * c;
      const rank = int16[(ranks >> 1) + int32[condition]! * stride + row]!;
      const threshold = int16[2 * condition + 2]!;
      const bit = int16[2 * condition + 3]!;
      if (rank > threshold !== bit < 0) index |= bit & INDEX_BITS;
    }
    return index;
  }

  const addBlocks: Kernel["addBlocks"] = (program, end, ranks, stride, rows, _offsets, sums) => {
    let next = program;
    while (next < end) {
      const at = next >> 2;
      const table = int32[at]! >>> 3;
      const width = int32[at + 1]!;
      for (let r = 0; r < rows; r++) {
        const from = table + indexOf(next, ranks, stride, r) * width;
        for (let k = 0; k < width; k++) {
          float64[(sums >> 3) + int32[at + 3 + k]! * stride + r]! += float64[from + k]!;
        }
      }
      next += 4 * (3 + width + 2 * int32[at + 2]!);
    }
  };

  return {
    kind: "plain",
    memory: buffer,
    buffer,
    addBlocks,
    addRow: (program, end, ranks, stride, found, sums) =>
      addBlocks(program, end, ranks, stride, 1, found, sums),
    countBlock(program, ranks, stride, _rows, counted, _offsets, counts) {
      for (let r = 0; r < counted; r++) int32[(counts >> 2) + indexOf(program, ranks, stride, r)]!++;
    },
    addTree(root, rule, points, _levels, ranks, rows, sums, stride, valueOffset) {
      if (root < 0) return;
      const walk = new PlainQuadrature(float64, int32, rule, points, ranks, rows, sums, stride, valueOffset);
      for (let row = 0; row < rows; row++) walk.addRow(root, row);
    },
    rankFeature(values, rowBytes, rows, thresholds, count, out) {
      for (let r = 0; r < rows; r++) {
        const x = float64[(values + r * rowBytes) >> 3]!;
        let rank = -1;
        if (!Number.isNaN(x)) {
          rank = 0;
          let length = count;
          while (length > 0) {
            const half = (length + 1) >> 1;
            if (float64[(thresholds >> 3) + rank + half - 1]! < x) rank += half;
            length -= half;
          }
        }
        int32[(out >> 2) + r] = rank;
      }
    },
    transpose(from, stride, rows, slots, to) {
      for (let slot = 0; slot < slots; slot++) {
        for (let r = 0; r < rows; r++) {
          float64[(to >> 3) + r * slots + slot] = float64[(from >> 3) + slot * stride + r]!;
        }
      }
    },
  };
}
