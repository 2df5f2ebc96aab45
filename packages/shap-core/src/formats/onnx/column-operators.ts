import type { Operator } from "./attributes.js";
import type { Column, Step } from "./columns.js";
import type { Value } from "./graph.js";
import { linearClassifier, linearRegressor, linearScores } from "./linear-operators.js";
import { refuse } from "./refuse.js";
import { DataType } from "./schema.js";
import type { Scores } from "./scores.js";
import type { Tensor } from "./tensor.js";
import { treeEnsembleV5 } from "./tree-ensemble-v5.js";
import { treeClassifier, treeRegressor } from "./tree-operators.js";

type Columns = Extract<Value, { kind: "columns" }>;

/** What an operator makes of columns of features; undefined where it is none that is read. */
export function applyToColumns(
  operator: Operator,
  given: readonly Value[],
  features: number,
): Value[] | undefined {
  const { name } = operator;
  if (name === "Concat" && given.every(isColumns)) return concatenated(operator, given);
  if (name === "ai.onnx.ml.FeatureVectorizer" && given.every(isColumns)) return vectorized(given);
  if (name === "Add" || name === "Sub" || name === "Mul" || name === "Div") return arithmetic(name, given);
  const [first, second] = given;
  if (first?.kind !== "columns") return undefined;
  const { columns } = first;
  const scores = (made: Scores): Value => ({ kind: "scores", scores: made });
  switch (name) {
    case "Identity":
      return [first];
    case "Cast":
      return cast(operator, first);
    case "ai.onnx.ml.Scaler":
      return scaled(operator, first);
    case "ai.onnx.ml.ArrayFeatureExtractor":
    case "Gather":
      return second?.kind === "constant" ? selected(operator, first, second.tensor) : undefined;
    case "ai.onnx.ml.TreeEnsembleRegressor":
      return [scores(treeRegressor(operator, columns, features))];
    case "ai.onnx.ml.TreeEnsembleClassifier":
      return [{ kind: "label" }, scores(treeClassifier(operator, columns, features))];
    case "ai.onnx.ml.TreeEnsemble":
      return [scores(treeEnsembleV5(operator, columns, features))];
    case "ai.onnx.ml.LinearRegressor":
      return [scores(linearRegressor(operator, columns, features))];
    case "ai.onnx.ml.LinearClassifier":
      return [{ kind: "label" }, scores(linearClassifier(operator, columns, features))];
    case "MatMul":
      return second?.kind === "constant" ? product(operator, columns, second.tensor, features) : undefined;
    default:
      return undefined;
  }
}

const isColumns = (value: Value): value is Columns => value.kind === "columns";

function withStep({ columns }: Columns, single: boolean, step: (index: number) => Step): Columns {
  return {
    kind: "columns",
    columns: columns.map((column, i) => ({ ...column, steps: [...column.steps, step(i)] })),
    single,
  };
}

function concatenated(operator: Operator, given: readonly Columns[]): Value[] | undefined {
  const axis = operator.attributes.integer("axis", 0);
  const single = given.every((value) => value.single);
  if ((axis !== 1 && axis !== -1) || given.some((value) => value.single !== single)) return undefined;
  return [{ kind: "columns", columns: given.flatMap((value) => value.columns), single }];
}

/** All inputs side by side, as float32. */
function vectorized(given: readonly Columns[]): Value[] {
  const columns = given.flatMap((value) => asSingle(value).columns);
  return [{ kind: "columns", columns, single: true }];
}

function asSingle(columns: Columns): Columns {
  return columns.single ? columns : withStep(columns, true, () => ({ kind: "round", by: 0, single: true }));
}

function cast(operator: Operator, columns: Columns): Value[] | undefined {
  const to = operator.attributes.integer("to", 0);
  if (to === DataType.double) return [{ ...columns, single: false }];
  return to === DataType.float ? [asSingle(columns)] : undefined;
}

/** (x − offset) · scale; rows of float32 are computed in float32, the outcome always is float32. */
function scaled(operator: Operator, columns: Columns): Value[] {
  const count = columns.columns.length;
  const one = (name: string, otherwise: number) => {
    const values = operator.attributes.numbers(name);
    if (values.length > 1 && values.length !== count)
      refuse(operator.attributes.place(name), `expected 1 or ${count} numbers`);
    return (i: number) => finite(operator, values[values.length === 1 ? 0 : i] ?? otherwise);
  };
  const offset = one("offset", 0);
  const scale = one("scale", 1);
  const moved = withStep(columns, columns.single, (i) => ({
    kind: "subtract",
    by: offset(i),
    single: columns.single,
  }));
  return [
    withStep(moved, true, (i) => ({ kind: "multiply", by: nonzero(operator, scale(i)), single: true })),
  ];
}

/** Columns with a constant, column by column; a constant before the sign of − or ÷ is not read. */
function arithmetic(name: "Add" | "Sub" | "Mul" | "Div", given: readonly Value[]): Value[] | undefined {
  const [first, second] = given;
  const commutes = name === "Add" || name === "Mul";
  if (first?.kind === "constant" && second?.kind === "columns" && commutes)
    return arithmetic(name, [second, first]);
  if (first?.kind !== "columns" || second?.kind !== "constant") return undefined;
  const { values } = second.tensor;
  if (values.length !== 1 && values.length !== first.columns.length) return undefined;
  const kind = ({ Add: "add", Sub: "subtract", Mul: "multiply", Div: "divide" } as const)[name];
  const usable = (value: number) =>
    Number.isFinite(value) && (value !== 0 || kind === "add" || kind === "subtract");
  if (!values.every(usable)) return undefined;
  const { single } = first;
  return [withStep(first, single, (i) => ({ kind, by: values[values.length === 1 ? 0 : i]!, single }))];
}

function selected(operator: Operator, given: Columns, indices: Tensor): Value[] | undefined {
  if (operator.name === "Gather" && operator.attributes.integer("axis", 0) !== 1) return undefined;
  const columns: Column[] = [];
  for (const index of indices.values) {
    const column = given.columns[index];
    if (column === undefined) return refuse(operator.node, `selects column ${index}; expected one there is`);
    columns.push(column);
  }
  return [{ ...given, columns }];
}

/** columns (1 × F) times a constant (F × outputs). */
function product(
  operator: Operator,
  columns: readonly Column[],
  { dims, values }: Tensor,
  features: number,
): Value[] | undefined {
  const outputs = dims.length === 2 ? dims[1]! : 1;
  if (dims[0] !== columns.length || outputs < 1) return undefined;
  const coefficients = new Float64Array(values.length);
  for (let j = 0; j < columns.length; j++)
    for (let k = 0; k < outputs; k++) coefficients[k * columns.length + j] = values[j * outputs + k]!;
  return [{ kind: "scores", scores: linearScores(operator, columns, features, coefficients, [], outputs) }];
}

function finite(operator: Operator, value: number): number {
  return Number.isFinite(value)
    ? value
    : refuse(operator.node, "has a constant that is not finite; expected numbers");
}

function nonzero(operator: Operator, value: number): number {
  return value === 0 ? refuse(operator.node, "scales a column by 0; expected another number") : value;
}
