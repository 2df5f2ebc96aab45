import { AdditivityError, createExplainer, Explanation, ShapeError } from "../../src/index.js";
import { randomModel, randomRows, seeded } from "../tree/random-model.js";

const random = seeded(3);
const model = randomModel(random, { features: 5, trees: 6, depth: 4, outputs: 2 });
const rows = randomRows(random, 20, 5);
const explanation = createExplainer(model).explain(rows);
const predictions = model.predict(rows);

describe("checkAdditive", () => {
  it("passes what adds up, also after features were left out or signs taken away", () => {
    for (const sound of [explanation, explanation.select({ features: [0, 3] }), explanation.abs()]) {
      expect(() => sound.checkAdditive(predictions)).not.toThrow();
    }
  });

  it.each([
    ["a value that is off by a little", 1e-7],
    ["a value that is no number", Number.NaN],
  ])("names the row and output of %s", (_what, off) => {
    const values = explanation.values.slice();
    values[(7 * 5 + 2) * 2 + 1]! += off;
    const wrong = new Explanation({ ...explanation, values });
    expect(() => wrong.checkAdditive(predictions)).toThrow(AdditivityError);
    expect(() => wrong.checkAdditive(predictions)).toThrow(/row 7, output "output 1"/);
  });

  it("passes over predictions that are no finite number", () => {
    const values = predictions.values.map(() => Number.NaN);
    expect(() => explanation.checkAdditive({ ...predictions, values })).not.toThrow();
  });

  it("refuses predictions of other rows", () => {
    expect(() => explanation.checkAdditive(model.predict(randomRows(random, 3, 5)))).toThrow(ShapeError);
  });
});
