/** Enough of an ONNX writer to make small graphs in tests; the real files are in fixtures/. */

interface GraphText {
  readonly nodes: readonly object[];
  /** Columns of each float32 input, 0 for open; default one input X of two. */
  readonly inputs?: Record<string, number>;
  readonly initializers?: Record<string, Float32Array>;
  /** Default Y. */
  readonly output?: string;
}

interface NodeText {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Record<
    string,
    number | string | readonly number[] | readonly string[] | Float32Array
  >;
}

export function onnxModel({
  nodes,
  inputs = { X: 2 },
  initializers = {},
  output = "Y",
}: GraphText): Uint8Array {
  const graph = [
    ...(nodes as readonly NodeText[]).map((node) => message(1, nodeBytes(node))),
    ...Object.entries(initializers).map(([name, data]) => message(5, [...tensor(data), ...text(8, name)])),
    ...Object.entries(inputs).map(([name, columns]) => message(11, valueInfo(name, columns))),
    message(12, valueInfo(output, 0)),
  ];
  return Uint8Array.from([...integer(1, 8), ...text(2, "test"), ...message(7, graph.flat())]);
}

function nodeBytes({ op, domain = "", inputs, outputs, attributes = {} }: NodeText): number[] {
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      message(5, [...text(1, name), ...attribute(value)]),
    ),
    ...text(7, domain),
  ];
}

function attribute(value: number | string | readonly number[] | readonly string[] | Float32Array): number[] {
  if (typeof value === "number") return integer(3, value);
  if (typeof value === "string") return text(4, value);
  if (value instanceof Float32Array) return message(7, floatBytes(value));
  if (typeof value[0] === "string") return (value as readonly string[]).flatMap((item) => text(9, item));
  return (value as readonly number[]).flatMap((item) => integer(8, item));
}

const tensor = (data: Float32Array) => [
  ...integer(1, data.length),
  ...integer(2, 1),
  ...message(9, floatBytes(data)),
];

const valueInfo = (name: string, columns: number): number[] => {
  const dimensions = [...message(1, []), ...message(1, columns > 0 ? integer(1, columns) : [])];
  return [...text(1, name), ...message(2, message(1, [...integer(1, 1), ...message(2, dimensions)]))];
};

const floatBytes = (data: Float32Array) =>
  Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

const message = (field: number, bytes: readonly number[]) => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string) => message(field, Array.from(new TextEncoder().encode(value)));
const integer = (field: number, value: number) => [...varint(field * 8), ...varint(value)];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
