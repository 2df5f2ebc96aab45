import { loadModel, TreeEnsemble } from "../../src/index.js";
import {
  type Case,
  explain,
  fileOf,
  largestAdditivityError,
  largestRelativeError,
  largestShapError,
  modelOf,
} from "./fixture.js";

export interface Tolerances {
  /** Raw outputs and predictions, relative to the largest of an output. */
  readonly predict: number;
  /** SHAP and base values, relative to the largest of an output. */
  readonly shap: number;
}

export interface KnownDifferences {
  /** The library's raw scores are another thing than ours; the test that says why stands beside. */
  readonly margins?: boolean;
  /** The library's predict gives another thing than the transformed margins (say, the class). */
  readonly predictions?: boolean;
  /** The library's SHAP values are another thing than ours; the test that says why stands beside. */
  readonly shap?: boolean;
}

/** The tests every case must pass: the library's predictions and SHAP values, and additivity to 1e-9. */
export function itMatchesItsLibrary(
  fixture: Case,
  tolerances: Tolerances,
  differences: KnownDifferences = {},
): void {
  const model = modelOf(fixture);

  if (differences.margins !== true) {
    it("predicts the library's margins", () => {
      const { values, outputs } = model.predict(fixture.rows);
      expect(outputs).toBe(fixture.raw[0]!.length);
      expect(largestRelativeError(values, fixture.raw)).toBeLessThan(tolerances.predict);
    });
  }

  if (fixture.predictions !== null && differences.predictions !== true) {
    it("gives the library's predictions after the objective's transform", () => {
      const { values } = model.predict(fixture.rows, { output: "probability" });
      expect(largestRelativeError(values, fixture.predictions!)).toBeLessThan(tolerances.predict);
    });
  }

  if (model instanceof TreeEnsemble && fixture.shap !== null) {
    const explanation = explain(model, fixture);
    if (differences.shap !== true) {
      it("gives the library's SHAP values", () => {
        expect(largestShapError(explanation, fixture.shap!)).toBeLessThan(tolerances.shap);
      });
    }
    it("adds up to the margins to 1e-9", () => {
      expect(largestAdditivityError(explanation, model)).toBeLessThan(1e-9);
    });
  }

  const [first, ...others] = fixture.files;
  if (others.length > 0) {
    it.each(others)(`is the same model in ${first} and %s`, (other) => {
      const { source, ...data } = essence(model);
      const { source: otherSource, ...otherData } = essence(loadModel(fileOf(fixture, other), fixture.load));
      expect(otherData).toEqual(data);
      expect(otherSource).toMatchObject({ objective: source.objective });
    });
  }
}

const essence = (model: ReturnType<typeof modelOf>) =>
  model instanceof TreeEnsemble ? model.data : { ...model };
