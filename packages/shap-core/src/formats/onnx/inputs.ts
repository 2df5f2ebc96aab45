import { UnsupportedModelError } from "../../errors.js";
import type { DocumentNode } from "../document.js";
import type { ReadOptions } from "../format.js";
import { MAX_FEATURES } from "../limits.js";
import { readOperator } from "./attributes.js";
import type { GraphInputs, Value } from "./graph.js";
import { DataType } from "./schema.js";

const NUMBERS = new Set<number>([
  DataType.float,
  DataType.double,
  DataType.int64,
  DataType.int32,
  DataType.boolean,
]);

/**
 * The graph's inputs as columns, and the names they give the features: an input of one column is a feature by its
 * own name; the columns of a wider one have no names (undefined for all where there is no other).
 */
export function graphInputs(
  graph: DocumentNode,
  options: ReadOptions,
): GraphInputs & { names: readonly string[] | undefined } {
  const initializers = new Set(
    (graph.optional("initializer")?.items() ?? []).map((tensor) => tensor.optional("name")?.value),
  );
  const inputs = graph
    .get("input")
    .items()
    .filter((input) => !initializers.has(input.get("name").text()));
  const values = new Map<string, Value>();
  const names: string[] = [];
  let features = 0;
  for (const input of inputs) {
    const name = input.get("name").text();
    const type = input.get("type").get("tensor_type");
    const elements = type.optional("elem_type")?.integer(0, 64) ?? 0;
    if (!NUMBERS.has(elements)) {
      throw new UnsupportedModelError(
        `The ONNX graph's input ${JSON.stringify(name)} is not of numbers`,
        "Export the model alone, without the steps that encode texts",
      );
    }
    const single = elements === DataType.float;
    const width = columnsOf(type) ?? widthUsed(graph, inputs.length, options);
    if (!(features + width <= MAX_FEATURES && Number.isInteger(width)))
      input.fail(`expected at most ${MAX_FEATURES} features`);
    const steps = single ? [{ kind: "round", by: 0, single } as const] : [];
    const first = features;
    const columns = Array.from({ length: width }, (_, i) => ({ feature: first + i, steps }));
    values.set(name, { kind: "columns", columns, single });
    for (let i = 0; i < width; i++) names.push(width === 1 ? name : `${name}_${i}`);
    features += width;
  }
  if (features === 0) graph.get("input").fail("expected at least one feature");
  return { values, features, names: inputs.length > 1 ? names : undefined };
}

/** The second dimension of an input of rows × columns; undefined where it is left open. */
function columnsOf(type: DocumentNode): number | undefined {
  const dims = type.optional("shape")?.optional("dim")?.items() ?? [];
  if (dims.length > 2) type.fail("expected rows × columns");
  const width = dims[1]?.optional("dim_value")?.integer(0, MAX_FEATURES) ?? 0;
  return width > 0 ? width : undefined;
}

/** Where the file leaves the width open: the caller's, else the last column that a tree of the graph splits on. */
function widthUsed(graph: DocumentNode, inputs: number, options: ReadOptions): number {
  if (inputs > 1) return 1;
  if (options.featureNames !== undefined) return options.featureNames.length;
  let last = -1;
  for (const node of graph.optional("node")?.items() ?? []) {
    const { attributes } = readOperator(node);
    for (const id of attributes.numbers("nodes_featureids")) last = Math.max(last, id);
  }
  if (last < 0) {
    throw new UnsupportedModelError(
      "The ONNX file leaves open how many features its model has",
      "Give their names: loadModel(file, { featureNames })",
    );
  }
  return last + 1;
}
