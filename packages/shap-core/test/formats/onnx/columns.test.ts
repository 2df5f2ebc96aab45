import fc from "fast-check";
import {
  type Column,
  columnLine,
  columnValue,
  featureTest,
  type Step,
} from "../../../src/formats/onnx/columns.js";

const single = { single: true } as const;
const constants = fc.double({ min: 0.01, max: 100, noNaN: true });
const steps: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("round", "add", "subtract", "multiply", "divide"),
  by: fc.oneof(
    constants,
    constants.map((value) => -value),
  ),
  single: fc.boolean(),
});
const columns: fc.Arbitrary<Column> = fc.record({
  feature: fc.constant(0),
  steps: fc.array(steps, { maxLength: 4 }),
});
const values = fc.oneof(fc.double({ noNaN: true }), fc.double({ min: -10, max: 10, noNaN: true }));

describe("a test on a computed column", () => {
  it("is, on the feature itself, true for exactly the same values", () => {
    fc.assert(
      fc.property(columns, values, fc.boolean(), values, (column, threshold, strict, x) => {
        const { threshold: own, negated } = featureTest(column, threshold, strict);
        const computed = columnValue(column, x);
        const wanted = strict ? computed < threshold : computed <= threshold;
        expect(x <= own !== negated).toBe(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  it("changes sides between two neighbouring numbers", () => {
    const column: Column = { feature: 0, steps: [{ kind: "subtract", by: 0.1, ...single }] };
    const { threshold } = featureTest(column, 0.2, false);
    expect(columnValue(column, threshold)).toBeLessThanOrEqual(0.2);
    expect(columnValue(column, threshold + 2 ** -54)).toBeGreaterThan(0.2);
  });

  it("is a line, rounding aside", () => {
    const column: Column = {
      feature: 0,
      steps: [
        { kind: "subtract", by: 3, ...single },
        { kind: "divide", by: 2, ...single },
      ],
    };
    expect(columnLine(column)).toEqual({ slope: 0.5, shift: -1.5 });
  });
});
