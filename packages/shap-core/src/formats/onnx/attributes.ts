import type { DocumentNode } from "../document.js";
import { refuse } from "./refuse.js";
import { readTensor, type Tensor } from "./tensor.js";

/** An operator of the graph: its place, its name, and its attributes by name. */
export interface Operator {
  readonly node: DocumentNode;
  /** The operator's name with its domain, for example `ai.onnx.ml.Scaler`. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export function readOperator(node: DocumentNode): Operator {
  const domain = node.optional("domain")?.text() ?? "";
  const type = node.get("op_type").text();
  return {
    node,
    name: domain === "" || domain === "ai.onnx" ? type : `${domain}.${type}`,
    inputs: node.optional("input")?.texts() ?? [],
    outputs: node.optional("output")?.texts() ?? [],
    attributes: new Attributes(node),
  };
}

/** An operator's attributes; an absent list is empty, and what a file does not write is the default. */
export class Attributes {
  private readonly byName: Map<string, DocumentNode>;

  constructor(private readonly node: DocumentNode) {
    const list = node.optional("attribute")?.items() ?? [];
    this.byName = new Map(list.map((attribute) => [attribute.optional("name")?.text() ?? "", attribute]));
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** A list of numbers, also where it is written as the tensor `<name>_as_tensor` (doubles). */
  numbers(name: string, length?: number): Float64Array {
    const asTensor = this.byName.get(`${name}_as_tensor`) ?? this.byName.get(name);
    const tensor = asTensor?.optional("t");
    const values =
      tensor !== undefined
        ? readTensor(tensor).values
        : (this.list(name, "floats") ?? this.list(name, "ints") ?? new Float64Array(0));
    if (length !== undefined && values.length !== length)
      refuse(this.place(name), `expected ${length} numbers, found ${values.length}`);
    return values;
  }

  tensor(name: string): Tensor {
    return readTensor(this.place(name).get("t"));
  }

  texts(name: string): string[] {
    return this.byName.get(name)?.optional("strings")?.texts() ?? [];
  }

  integer(name: string, otherwise: number): number {
    const attribute = this.byName.get(name);
    if (attribute === undefined) return otherwise;
    return attribute.optional("i")?.integer(-(2 ** 31), 2 ** 31) ?? 0;
  }

  text(name: string, otherwise: string): string {
    return this.byName.get(name)?.optional("s")?.text() ?? otherwise;
  }

  /** Where an attribute stands, or its operator where it is absent. */
  place(name: string): DocumentNode {
    return this.byName.get(name) ?? this.byName.get(`${name}_as_tensor`) ?? this.node;
  }

  private list(name: string, kind: "floats" | "ints"): Float64Array | undefined {
    return this.byName.get(name)?.optional(kind)?.value as Float64Array | undefined;
  }
}
