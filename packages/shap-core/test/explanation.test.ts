import fc from "fast-check";
import { Explanation, type ExplanationData, leafOrder } from "../src/index.js";

/** Two rows, three features, as many outputs as wanted; value = 100·row + 10·feature + output. */
function explanation(outputs = 1, rest: Partial<ExplanationData> = {}): Explanation {
  return new Explanation({
    values: Float64Array.from({ length: 6 * outputs }, (_, i) => {
      const feature = Math.floor(i / outputs) % 3;
      return 100 * Math.floor(i / (3 * outputs)) + 10 * feature + (i % outputs);
    }),
    baseValues: Float64Array.from({ length: outputs }, (_, k) => k + 0.5),
    data: { data: Float64Array.of(1, 2, Number.NaN, 4, 5, 6), rows: 2, columns: 3 },
    featureNames: ["age", "income", "zip code"],
    outputNames: outputs === 1 ? ["output"] : Array.from({ length: outputs }, (_, k) => `class_${k}`),
    ...rest,
  });
}

const oneRow = (values: number[], data: number[], base = 0.5, names = "abcdefgh") =>
  new Explanation({
    values: Float64Array.from(values),
    baseValues: Float64Array.of(base),
    data: { data: Float64Array.from(data), rows: 1, columns: values.length },
    featureNames: [...names].slice(0, values.length),
    outputNames: ["output"],
  });

describe("selecting", () => {
  it("takes rows by place, range, list or test", () => {
    const all = explanation();
    expect([...all.row(1).values]).toEqual([100, 110, 120]);
    expect(all.row(-1)).toEqual(all.row(1));
    expect(all.select({ rows: { start: 1 } })).toEqual(all.row(1));
    expect(all.select({ rows: [1, 0] }).shape).toEqual([2, 3]);
    expect(all.select({ rows: (row) => row === 0 })).toEqual(all.row(0));
    expect(all.select({ rows: [] }).shape).toEqual([0, 3]);
  });

  it("takes features and outputs by name or place, with their data", () => {
    const chosen = explanation(2).select({ features: ["zip code", 0], outputs: "class_1" });
    expect(chosen.shape).toEqual([2, 2]);
    expect([...chosen.values]).toEqual([21, 1, 121, 101]);
    expect([...chosen.data.data]).toEqual([Number.NaN, 1, 6, 4]);
    expect([...chosen.baseValues]).toEqual([1.5]);
    expect(explanation(2).output(1).feature("zip code").outputNames).toEqual(["class_1"]);
  });

  it("keeps standard errors and base values by row beside the values", () => {
    const own = explanation(1, {
      standardErrors: Float64Array.of(1, 2, 3, 4, 5, 6),
      rowBaseValues: Float64Array.of(10, 20),
    });
    const chosen = own.select({ rows: 1, features: "income" });
    expect([...chosen.standardErrors!]).toEqual([5]);
    expect([...chosen.baseValues]).toEqual([20]);
    expect([...own.predictions()]).toEqual([10 + 30, 20 + 330]);
  });

  it("keeps predictions what they are, whatever is left out or taken twice", () => {
    const all = explanation(2, { rowBaseValues: Float64Array.of(1, 2, 3, 4) });
    for (const features of [["income"], [], [2, 2, 0]]) {
      const some = all.select({ features });
      expect(some.predictions()).toEqual(all.predictions());
      expect(
        some
          .abs()
          .select({ rows: [1], features: [] })
          .predictions(),
      ).toEqual(all.row(1).predictions());
    }
    expect(`${explanation().row(1).feature("income")}`).toBe(
      "The prediction is 330.5, 330 above the base value of 0.5: income = 5 raised it by 110 and " +
        "what is not shown here raised it by 220.",
    );
  });

  it("names what does not exist, and the nearest name", () => {
    expect(() => explanation().feature("incme")).toThrow('no feature "incme"; did you mean "income"?');
    expect(() => explanation().output("class_9")).toThrow("no output");
    expect(() => explanation().row(2)).toThrow("there is no row 2; the explanation has 2");
    expect(() => explanation().feature(1.5)).toThrow("there is no feature 1.5");
  });
});

describe("reducing", () => {
  const signed = new Explanation({ ...explanation(), values: Float64Array.of(1, -5, 2, 3, -7, 0) });

  it("sums up rows, feature by feature", () => {
    expect([...signed.mean().values]).toEqual([2, -6, 1]);
    expect([...signed.sum().values]).toEqual([4, -12, 2]);
    expect([...signed.max().values]).toEqual([3, -5, 2]);
    expect([...signed.min().values]).toEqual([1, -7, 0]);
    expect(signed.importance().top(2)).toEqual([
      { feature: "income", value: 6 },
      { feature: "age", value: 2 },
    ]);
    expect(signed.abs().mean().get("income")).toBe(6);
    expect(() => signed.mean().get("nobody")).toThrow('there is no "nobody"');
  });

  it("sums up features, row by row and output by output", () => {
    expect([...signed.sum("features")]).toEqual([-2, -4]);
    expect([...signed.abs().max("features")]).toEqual([5, 7]);
    expect([...explanation(2).mean("features")]).toEqual([10, 11, 110, 111]);
    expect([...explanation(2).min("features")]).toEqual([0, 1, 100, 101]);
    expect(explanation(2).mean().shape).toEqual([3, 2]);
    expect(explanation(2).mean().get("age", "class_1")).toBe(51);
  });

  it("sorts features by importance, data and all", () => {
    const sorted = signed.sortByImportance();
    expect(sorted.featureNames).toEqual(["income", "age", "zip code"]);
    expect([...sorted.data.data]).toEqual([2, 1, Number.NaN, 5, 4, 6]);
  });
});

describe("grouping, cohorts and clustering", () => {
  it("adds up features that belong together and still adds up", () => {
    const grouped = explanation(2).groupFeatures({ age: "person", "zip code": "person" });
    expect(grouped.featureNames).toEqual(["person", "income"]);
    expect([...grouped.values]).toEqual([20, 22, 10, 11, 220, 222, 110, 111]);
    expect([...grouped.data.data]).toEqual([Number.NaN, 2, Number.NaN, 5]);
    expect(grouped.predictions()).toEqual(explanation(2).predictions());
    expect(() => explanation().groupFeatures({ agee: "person" })).toThrow('did you mean "age"?');
  });

  it("splits rows by label", () => {
    const cohorts = explanation().cohorts(["north", "south"]);
    expect([...cohorts.keys()]).toEqual(["north", "south"]);
    expect(cohorts.get("south")).toEqual(explanation().row(1));
    expect(() => explanation().cohorts(["north"])).toThrow("1 cohort labels for 2 rows");
  });

  it("finds cohorts by the data that splits the values best", () => {
    const rows = 40;
    const data = Float64Array.from({ length: rows * 2 }, (_, i) => (i % 2 === 0 ? i / 2 : (i * 7) % 13));
    const values = data.map((_, i) => (i % 2 === 0 ? (i / 2 < 25 ? -1 : 1) : i / 2 < 10 ? 0.1 : 0));
    const twoFeatures = new Explanation({
      values,
      baseValues: Float64Array.of(0),
      data: { data, rows, columns: 2 },
      featureNames: ["time", "noise"],
      outputNames: ["output"],
    });
    expect([...twoFeatures.cohorts(2)].map(([name, { shape }]) => [name, shape[0]])).toEqual([
      ["time < 24.5", 25],
      ["time >= 24.5", 15],
    ]);
    expect([...twoFeatures.cohorts(10).keys()]).toHaveLength(3);
    expect([...twoFeatures.cohorts(1).keys()]).toEqual(["all rows"]);
    expect(() => explanation(2).cohorts(2)).toThrow("for one output");
    expect(() => twoFeatures.cohorts(0)).toThrow("above zero");
  });

  it("clusters features by their values, and by their data", () => {
    const alike = new Explanation({
      values: Float64Array.of(1, 5, 1.1, 2, 9, 2.2, 3, 0, 3.1),
      baseValues: Float64Array.of(0),
      data: { data: Float64Array.of(1, 2, 9, 2, 4, 1, 3, 6, 5), rows: 3, columns: 3 },
      featureNames: ["a", "b", "c"],
      outputNames: ["output"],
    });
    expect(alike.clusterFeatures()[0]!.slice(0, 2)).toEqual([0, 2]);
    expect(leafOrder(alike.clusterFeatures())).toEqual([1, 0, 2]);
    const [first] = alike.clusterFeatures({ of: "data" });
    expect(first!.slice(0, 2)).toEqual([0, 1]);
    expect(first![2]).toBeCloseTo(0, 12);
  });
});

describe("as a sentence", () => {
  it("tells prediction, base value and the five largest reasons with their values", () => {
    const text = `${oneRow([0.25, -1.5, 0, 3, 0.001, 0.5, -0.125, 0.1], [1, 23000, 3, Number.NaN, 5, 0.25, -7, 8])}`;
    expect(text).toBe(
      "The prediction is 2.726, 2.226 above the base value of 0.5: d (missing) raised it by 3, " +
        "b = 23,000 lowered it by 1.5, f = 0.25 raised it by 0.5, a = 1 raised it by 0.25, " +
        "g = -7 lowered it by 0.125 and 2 more features together raised it by 0.101.",
    );
  });

  it("speaks of one reason, of none, and of many outputs", () => {
    expect(`${oneRow([-2], [1])}`).toBe(
      "The prediction is -1.5, 2 below the base value of 0.5: a = 1 lowered it by 2.",
    );
    expect(`${oneRow([0], [1])}`).toBe(
      "The prediction is 0.5, exactly the base value of 0.5: no feature moved it.",
    );
    const lines = explanation(2).row(0).toString().split("\n");
    expect(lines[1]).toMatch(
      /^The prediction of class_1 is 34.5, 33 above the base value of 1.5: zip code \(missing\)/,
    );
    expect(explanation(2).row(0).toString({ output: "class_0", maxDisplay: 1 })).toBe(
      "The prediction of class_0 is 30.5, 30 above the base value of 0.5: zip code (missing) raised it by 20 and " +
        "one more feature raised it by 10.",
    );
  });

  it("sums up many rows", () => {
    expect(`${explanation()}`).toBe(
      "Explanation of 2 rows by 3 features. On average the largest effects come from zip code (70), income (60) and age (50).",
    );
    expect(`${explanation().select({ rows: [] })}`).toBe("Explanation of 0 rows by 3 features.");
  });

  it.each([
    [1e-7, "1.000e-7"],
    [123456.789, "123,457"],
    [1e20, "1.000e20"],
    [0.012345, "0.01235"],
  ])("shows %d as %s", (value, shown) => {
    expect(`${oneRow([value], [value], 0)}`).toContain(`a = ${shown} raised it by ${shown}`);
  });
});

describe("for other programs", () => {
  it("survives JSON bit by bit, whatever the numbers", () => {
    const number = fc.double();
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 6, maxLength: 6 }),
        fc.array(fc.oneof(number, fc.constantFrom(-0, Number.NaN)), { minLength: 6, maxLength: 6 }),
        fc.option(fc.array(number, { minLength: 6, maxLength: 6 }), { nil: undefined }),
        (values, data, errors) => {
          const before = explanation(1, {
            values: Float64Array.from(values),
            data: { data: Float64Array.from(data), rows: 2, columns: 3 },
            standardErrors: errors && Float64Array.from(errors),
            rowBaseValues: errors && Float64Array.of(-0, Number.POSITIVE_INFINITY),
            remainder: errors && Float64Array.of(Number.NEGATIVE_INFINITY, 1e-300),
            evaluations: errors && { coalitions: 1, rows: 2, calls: 3 },
          });
          expect(Explanation.fromJSON(JSON.parse(JSON.stringify(before)))).toEqual(before);
        },
      ),
    );
  });

  it("refuses JSON that holds no numbers, or too few", () => {
    const json = explanation().toJSON();
    expect(() => Explanation.fromJSON({ ...json, values: ["NaN" as never] })).toThrow(
      'values[0]: expected a number, got "NaN"',
    );
    expect(() => Explanation.fromJSON({ ...json, baseValues: [] })).toThrow("has 1 base values, got 0");
    expect(() => Explanation.fromJSON({ ...json, data: [1] })).toThrow("6 data");
  });

  it("gives columns by name, numbers as they are in memory", () => {
    const columns = explanation(1, { standardErrors: new Float64Array(6) }).columns();
    expect([...columns.keys()]).toEqual([
      ...[
        "age",
        "income",
        "zip code",
        "base_value",
        "shap:age",
        "shap:income",
        "shap:zip code",
        "prediction",
      ],
      ...["error:age", "error:income", "error:zip code"],
    ]);
    expect(columns.get("shap:income")).toEqual(Float64Array.of(10, 110));
    expect(columns.get("prediction")).toEqual(Float64Array.of(30.5, 330.5));
    expect([...explanation(2).columns({ data: false }).keys()].slice(0, 3)).toEqual([
      ...["base_value:class_0", "shap:age:class_0", "shap:income:class_0"],
    ]);
    expect([
      ...explanation(1, { featureNames: ["a", "a", "prediction"] })
        .columns()
        .keys(),
    ]).toHaveLength(8);
  });

  it("writes CSV that any reader takes, and that no spreadsheet runs", () => {
    const named = explanation(1, {
      featureNames: ['say "hi"', "a,b", "=SUM(A1)"],
      values: Float64Array.of(-0, 1e-7, 3, 4, 5, 6),
    });
    expect(named.select({ rows: 0 }).toCSV()).toBe(
      '"say ""hi""","a,b",\'=SUM(A1),base_value,"shap:say ""hi""","shap:a,b",shap:=SUM(A1),prediction\n' +
        "1,2,,0.5,-0,1e-7,3,3.5000001\n",
    );
  });

  it("refuses parts that do not fit together", () => {
    expect(() => explanation(1, { values: new Float64Array(5) })).toThrow("has 6 values, got 5");
    expect(() => explanation(1, { rowBaseValues: new Float64Array(5) })).toThrow(
      "2 base values by row, got 5",
    );
  });
});
