import { Content } from "../../src/formats/content.js";
import { detectFormat } from "../../src/formats/detect.js";
import { loadModel, ModelFormatError, UnsupportedModelError } from "../../src/index.js";
import { caseOf, fileOf } from "./fixture.js";
import { caseFile } from "./sklearn-cases.js";

const recognised = (source: Uint8Array | string | object): string => detectFormat(new Content(source)).name;

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a model file's format", () => {
  const files: [string, Uint8Array][] = [
    ["xgboost-json", fileOf(caseOf("xgboost", "tiny"), "model.json")],
    ["xgboost-ubjson", fileOf(caseOf("xgboost", "tiny"), "model.ubj")],
    ["xgboost-dump", fileOf(caseOf("xgboost", "dump-tiny"), "dump.json")],
    ["lightgbm-text", fileOf(caseOf("lightgbm", "tiny"), "model.txt")],
    ["lightgbm-json", fileOf(caseOf("lightgbm", "tiny"), "dump.json")],
    ["catboost-json", fileOf(caseOf("catboost", "tiny"), "model.json")],
    ["shap-trees-json", caseFile("tree-classification", "trees.json")],
    ["treelite-json", caseFile("boosting-from-zero", "treelite.json")],
    ["linear-json", caseFile("logistic-binary", "linear.json")],
    ["onnx", caseFile("tree-regression", "model.onnx")],
    ["pmml", caseFile("tree-regression", "model.pmml")],
  ];

  const binary = ["xgboost-ubjson", "onnx"];

  it.each(files)("is recognised from the bytes alone: %s", (name, bytes) => {
    expect(recognised(bytes)).toBe(name);
  });

  it.each(files.filter(([name]) => !binary.includes(name)))(
    "is recognised from text, with a byte order mark and Windows line ends too: %s",
    (name, bytes) => {
      expect(recognised(decode(bytes))).toBe(name);
      expect(recognised(`\uFEFF${decode(bytes)}`)).toBe(name);
      const windows = `\r\n${decode(bytes).replaceAll("\n", "\r\n")}`;
      expect(recognised(new TextEncoder().encode(windows))).toBe(name);
    },
  );

  it.each(files.filter(([name]) => ![...binary, "lightgbm-text", "pmml"].includes(name)))(
    "is recognised from the parsed object: %s",
    (name, bytes) => {
      expect(recognised(JSON.parse(decode(bytes)))).toBe(name);
    },
  );

  it("may be said instead, and then is not guessed", () => {
    const text = decode(fileOf(caseOf("lightgbm", "tiny"), "model.txt"));
    expect(() => loadModel(text, { format: "xgboost-json" })).toThrow(
      /^xgboost-json: the file: expected JSON/,
    );
    const unknown = { format: "keras" } as unknown as { format: "auto" };
    expect(() => loadModel(text, unknown)).toThrow(/"keras" is not known. Use "auto" or one of xgboost-json/);
  });

  it.each<[string, Uint8Array | string, RegExp]>([
    ["a Python pickle", Uint8Array.of(0x80, 4, 0x95, 1, 2), /pickle.*save_model\('model.json'\)/],
    ["CatBoost's binary", "CBM1\u0000\u0000", /cbm.*format='json'/],
    ["XGBoost's old binary", "binf\u0000", /old binary.*before 3.1/],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip.*decompressed/],
    ["a ZIP archive", Uint8Array.of(0x50, 0x4b, 3, 4), /ZIP/],
    ["XGBoost's text dump", "booster[0]:\n0:[f0<0.5] yes=1,no=2\n", /text dump.*save_model/],
  ])("that is known but not read says what to do: %s", (_, source, message) => {
    expect(() => loadModel(source)).toThrow(UnsupportedModelError);
    expect(() => loadModel(source)).toThrow(message);
  });

  it.each<[string, Uint8Array | string | object, RegExp]>([
    ["nothing", "", /expected a model file of a known format \(XGBoost JSON, XGBoost UBJSON/],
    ["another text", "hello", /expected a model file of a known format/],
    ["another object", { a: 1 }, /expected a model file of a known format/],
    ["broken JSON", '{"learner": {', /^json: the file: expected JSON \(/],
    ["zeros", new Uint8Array(100), /expected a model file of a known format/],
  ])("that is unknown is refused: %s", (_, source, message) => {
    expect(() => loadModel(source)).toThrow(ModelFormatError);
    expect(() => loadModel(source)).toThrow(message);
  });
});
