import type { MessageSchema } from "./wire.js";

// The fields of ONNX's messages that a tree or linear model needs
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); the field numbers are ONNX's.

const tensor: MessageSchema = {
  1: ["dims", "integers"],
  2: ["data_type", "integer"],
  4: ["float_data", "floats"],
  5: ["int32_data", "integers"],
  6: ["string_data", "texts"],
  7: ["int64_data", "integers"],
  8: ["name", "text"],
  9: ["raw_data", "bytes"],
  10: ["double_data", "doubles"],
  14: ["data_location", "integer"],
};

const attribute: MessageSchema = {
  1: ["name", "text"],
  2: ["f", "float"],
  3: ["i", "integer"],
  4: ["s", "text"],
  5: ["t", tensor],
  7: ["floats", "floats"],
  8: ["ints", "integers"],
  9: ["strings", "texts"],
};

const node: MessageSchema = {
  1: ["input", "texts"],
  2: ["output", "texts"],
  3: ["name", "text"],
  4: ["op_type", "text"],
  5: ["attribute", [attribute]],
  7: ["domain", "text"],
};

const dimension: MessageSchema = { 1: ["dim_value", "integer"], 2: ["dim_param", "text"] };
const shape: MessageSchema = { 1: ["dim", [dimension]] };
const tensorType: MessageSchema = { 1: ["elem_type", "integer"], 2: ["shape", shape] };
const type: MessageSchema = { 1: ["tensor_type", tensorType] };
const valueInfo: MessageSchema = { 1: ["name", "text"], 2: ["type", type] };

const graph: MessageSchema = {
  1: ["node", [node]],
  2: ["name", "text"],
  5: ["initializer", [tensor]],
  11: ["input", [valueInfo]],
  12: ["output", [valueInfo]],
};

const operatorSet: MessageSchema = { 1: ["domain", "text"], 2: ["version", "integer"] };

/** ModelProto. */
export const modelSchema: MessageSchema = {
  1: ["ir_version", "integer"],
  2: ["producer_name", "text"],
  3: ["producer_version", "text"],
  7: ["graph", graph],
  8: ["opset_import", [operatorSet]],
};

/** TensorProto.DataType. */
export const DataType = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  boolean: 9,
  float16: 10,
  double: 11,
} as const;
