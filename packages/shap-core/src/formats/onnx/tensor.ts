import type { DocumentNode } from "../document.js";
import { refuse } from "./refuse.js";
import { DataType } from "./schema.js";

/** A tensor of numbers or texts, row-major. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly dataType: number;
  /** NaN for a text. */
  readonly values: Float64Array;
  readonly texts: readonly string[] | undefined;
}

/** How to read one number of raw_data, by type: its size and its reader. */
const rawReaders: Record<number, readonly [size: number, read: (view: DataView, at: number) => number]> = {
  [DataType.float]: [4, (view, at) => view.getFloat32(at, true)],
  [DataType.uint8]: [1, (view, at) => view.getUint8(at)],
  [DataType.int8]: [1, (view, at) => view.getInt8(at)],
  [DataType.uint16]: [2, (view, at) => view.getUint16(at, true)],
  [DataType.int16]: [2, (view, at) => view.getInt16(at, true)],
  [DataType.int32]: [4, (view, at) => view.getInt32(at, true)],
  [DataType.int64]: [8, (view, at) => Number(view.getBigInt64(at, true))],
  [DataType.boolean]: [1, (view, at) => view.getUint8(at)],
  [DataType.double]: [8, (view, at) => view.getFloat64(at, true)],
};

/** A TensorProto. */
export function readTensor(node: DocumentNode): Tensor {
  if ((node.optional("data_location")?.value ?? 0) !== 0)
    node.get("data_location").fail("expected the data inside of the file");
  const dataType = node.get("data_type").integer(1, 64);
  const dims = Array.from(node.optional("dims")?.numbers() ?? []);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const texts = dataType === DataType.string ? (node.optional("string_data")?.texts() ?? []) : undefined;
  const values =
    texts === undefined ? numbers(node, dataType) : new Float64Array(texts.length).fill(Number.NaN);
  if (dims.some((dim) => dim < 0) || values.length !== count)
    refuse(node, `expected ${dims.join(" × ") || "1"} values, found ${values.length}`);
  return { dims, dataType, values, texts };
}

function numbers(node: DocumentNode, dataType: number): Float64Array {
  const raw = node.optional("raw_data");
  if (raw === undefined) {
    const typed =
      dataType === DataType.float
        ? "float_data"
        : dataType === DataType.double
          ? "double_data"
          : dataType === DataType.int64
            ? "int64_data"
            : "int32_data";
    return (node.optional(typed)?.value as Float64Array | undefined) ?? new Float64Array(0);
  }
  const reader = Object.hasOwn(rawReaders, dataType) ? rawReaders[dataType] : undefined;
  if (reader === undefined) return node.get("data_type").fail("expected a type of plain numbers");
  const [size, read] = reader;
  const bytes = raw.value as Uint8Array;
  if (bytes.length % size !== 0) raw.fail(`expected a multiple of ${size} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size));
}
