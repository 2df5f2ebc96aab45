import { checkModel, type ModelRefusedError } from "../../../src/models/check/check-model.js";
import { fixture, memoryHog, timeHog } from "../hostile-models.js";

const limits = { maxBytes: 2 ** 26, checkMs: 15_000, checkMemoryBytes: 240 * 2 ** 20 };

/** The error a check ends with. */
const refusal = (
  file: Uint8Array,
  background?: Uint8Array,
  change: Partial<typeof limits> = {},
): Promise<ModelRefusedError> =>
  checkModel({ name: "m", file, background }, { ...limits, ...change }).then(
    () => {
      throw new Error("the model was accepted");
    },
    (error: ModelRefusedError) => error,
  );

describe("the check of a model", () => {
  it.each([
    ["XGBoost JSON", "xgboost/binary-logistic/model.json", 10],
    ["XGBoost UBJSON", "xgboost/softprob/model.ubj", undefined],
    ["LightGBM text", "lightgbm/categories-text/model.txt", undefined],
    ["LightGBM with linear leaves", "lightgbm/linear-trees/model.txt", 8],
    ["CatBoost JSON", "catboost/multiclass/model.json", undefined],
    ["ONNX", "sklearn/boosting-binary/model.onnx", 10],
    ["PMML", "sklearn/boosting-regression/model.pmml", undefined],
    ["a linear model, which needs background rows to be explained", "xgboost/gblinear/model.json", 8],
  ])("accepts %s, and tells what it is", async (_what, path, features) => {
    const summary = await checkModel({ name: "m", file: fixture(path) }, limits);
    expect(summary).toMatchObject({ name: "m", backgroundRows: 0 });
    expect(summary.version).toMatch(/^[0-9a-f]{64}$/);
    if (features !== undefined) expect(summary.features).toBe(features);
  });

  it("counts background rows, which it explains against", async () => {
    const names = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4"];
    const background = Buffer.from(JSON.stringify([Object.fromEntries(names.map((name) => [name, 1]))]));
    const file = fixture("xgboost/gblinear/model.json");
    expect(await checkModel({ name: "m", file, background }, limits)).toMatchObject({ backgroundRows: 1 });
  });

  it("refuses a broken file, with the path inside it", async () => {
    const text = fixture("xgboost/binary-logistic/model.json").toString();
    const error = await refusal(Buffer.from(text.replace('"left_children":[1', '"left_children":[99999')));
    expect(error.reason).toBe("broken");
    expect(error.place.path).toMatch(/trees\[0\]/);
  });

  it("refuses background rows that do not fit, with row and column", async () => {
    const names = "age,sex,bmi,bp,s1,s2,s3,s4";
    const rows = Buffer.from(`${names}\n1,2,3,4,5,6,7,8\n1,2,much,4,5,6,7,8\n`);
    const error = await refusal(fixture("xgboost/gblinear/model.json"), rows);
    expect(error).toMatchObject({ reason: "background", place: { row: 2, column: "bmi" } });
    expect(error.message).toContain('row 2, "bmi"');
  });

  it("refuses a file that takes more memory than there is for it, and says what would work", async () => {
    const error = await refusal(memoryHog());
    expect(error).toMatchObject({ reason: "memory" });
    expect(error.message).toMatch(/more than 240 MB.*SHAP_MODEL_CHECK_MEMORY_MB/);
  });

  it("refuses what takes longer than it may, and says what would work", async () => {
    const { file, background } = timeHog(40_000);
    const error = await refusal(file, background, { checkMs: 1500, checkMemoryBytes: 2 ** 29 });
    expect(error).toMatchObject({ reason: "time" });
    expect(error.message).toMatch(/more than 1.5 s of processor time.*SHAP_MODEL_CHECK_SECONDS/);
  });
});
