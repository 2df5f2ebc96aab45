import { loadModel, ModelFormatError } from "../../src/index.js";
import { caseOf, fileOf } from "./fixture.js";

type Edit = (text: string) => string;

const text = (family: string, name: string, file: string) =>
  new TextDecoder().decode(fileOf(caseOf(family, name), file));

/** A file of a few KB that claims far more than it holds, or whose nodes are no tree. */
const claims: [string, string, [string, string, string], Edit, RegExp][] = [
  [
    "a billion trees",
    "lightgbm-text",
    ["lightgbm", "tiny", "model.txt"],
    (t) => t.replace(/num_leaves=\d+/, "num_leaves=1000000000"),
    /Tree=0\.num_leaves: expected 4/,
  ],
  [
    "a billion features",
    "lightgbm-text",
    ["lightgbm", "tiny", "model.txt"],
    (t) => t.replace(/max_feature_idx=\d+/, "max_feature_idx=1000000000"),
    /max_feature_idx: expected a whole number from -1 to/,
  ],
  [
    "a billion trees a round",
    "lightgbm-text",
    ["lightgbm", "tiny", "model.txt"],
    (t) => t.replace(/num_tree_per_iteration=\d+/, "num_tree_per_iteration=1000000000"),
    /num_tree_per_iteration: expected a whole number/,
  ],
  [
    "a billion classes",
    "xgboost-json",
    ["xgboost", "tiny", "model.json"],
    (t) => t.replace('"num_class":"0"', '"num_class":"1000000000"'),
    /num_class: expected a whole number/,
  ],
  [
    "a billion features",
    "xgboost-json",
    ["xgboost", "tiny", "model.json"],
    (t) => t.replace('"num_feature":"3","num_target"', '"num_feature":"1000000000","num_target"'),
    /num_feature: expected a whole number/,
  ],
  [
    "a round that ends beyond the trees",
    "xgboost-json",
    ["xgboost", "tiny", "model.json"],
    (t) => t.replace(/"iteration_indptr":\[[^\]]*\]/, '"iteration_indptr":[0,1000000000]'),
    /iteration_indptr\[1\]: expected rising numbers/,
  ],
  [
    "a cycle",
    "xgboost-json",
    ["xgboost", "tiny", "model.json"],
    (t) => t.replace('"left_children":[1,', '"left_children":[0,'),
    /trees\[0\] node 0: is reached twice/,
  ],
  [
    "a child out of range",
    "xgboost-json",
    ["xgboost", "tiny", "model.json"],
    (t) => t.replace('"left_children":[1,', '"left_children":[99,'),
    /trees\[0\]: a child is node 99/,
  ],
  [
    "a NaN cover",
    "xgboost-json",
    ["xgboost", "tiny", "model.json"],
    (t) => t.replace(/"sum_hessian":\[[^,]*,/, '"sum_hessian":[NaN,'),
    /has the cover NaN/,
  ],
  [
    "a category of a billion",
    "lightgbm-json",
    ["lightgbm", "tiny", "dump.json"],
    (t) => t.replace(/"threshold":"\d[^"]*"/, '"threshold":"1000000000"'),
    /threshold: expected category codes/,
  ],
  [
    "splits without their leaves",
    "catboost-json",
    ["catboost", "tiny", "model.json"],
    (t) =>
      t.replace('"splits":[', '"splits":[{"split_type":"FloatFeature","float_feature_index":0,"border":1},'),
    /leaf_values: expected 1 numbers a leaf/,
  ],
];

describe("a file that claims what it does not hold", () => {
  it.each(claims)("%s (%s) is refused with the place", (_, format, [family, name, file], edit, message) => {
    const whole = text(family, name, file);
    const edited = edit(whole);
    expect(edited).not.toBe(whole);
    expect(() => loadModel(edited)).toThrow(ModelFormatError);
    expect(() => loadModel(edited)).toThrow(message);
    expect(() => loadModel(edited)).toThrow(`${format}: `);
  });
});
