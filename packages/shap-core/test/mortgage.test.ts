import { createExplainer, loadModel } from "../src/index.js";
import { mortgageModel, mortgageTable } from "./mortgage.js";

describe("the mortgage example", () => {
  const model = loadModel(mortgageModel());
  const sample = mortgageTable("sample.csv");
  const explanation = createExplainer(model).explain(sample.rows);
  const features = model.featureNames.length;

  it("has the features of its sample rows", () => {
    expect(model.featureNames).toEqual(sample.names);
    expect(explanation.shape).toEqual([1000, features]);
  });

  it("predicts XGBoost's margins and probabilities to float32 precision", () => {
    const expected = mortgageTable("expected-predictions.csv").rows;
    const margins = model.predict(sample.rows).values;
    const probabilities = model.predict(sample.rows, { output: "probability" }).values;
    expected.forEach(([margin, probability], r) => {
      expect(Math.abs(margins[r]! - margin!)).toBeLessThan(1e-5);
      expect(Math.abs(probabilities[r]! - probability!)).toBeLessThan(1e-6);
    });
  });

  it("gives XGBoost's own SHAP values to within 1e-4", () => {
    const expected = mortgageTable("expected-shap.csv").rows;
    let largest = 0;
    expected.forEach((row, r) => {
      for (let j = 0; j < features; j++) {
        largest = Math.max(largest, Math.abs(explanation.values[r * features + j]! - row[j]!));
      }
      largest = Math.max(largest, Math.abs(explanation.baseValues[0]! - row[features]!));
    });
    expect(largest).toBeLessThan(1e-4);
  });

  it("adds up to the margin to within 1e-9", () => {
    const margins = model.predict(sample.rows).values;
    for (let r = 0; r < sample.rows.length; r++) {
      const row = explanation.values.subarray(r * features, (r + 1) * features);
      const sum = row.reduce((a, b) => a + b, explanation.baseValues[0]!);
      expect(Math.abs(sum - margins[r]!)).toBeLessThan(1e-9);
    }
  });
});
