import {
  type Cell,
  createExplainer,
  loadModel,
  type Model,
  ModelFormatError,
  ShapeError,
  type TreeEnsemble,
  UnsupportedModelError,
} from "../../../src/index.js";
import {
  additivityError,
  caseNamed,
  casesWith,
  difference,
  modelOf,
  prediction,
  raw,
  rowsFor,
} from "../sklearn-cases.js";

const files = ["model.pmml", "model-uncompacted.pmml"];

describe.each(files.flatMap((file) => casesWith(file).map((fixture) => ({ ...fixture, file }))))(
  "$title in $file, written by JPMML",
  (fixture) => {
    const model = modelOf(fixture, fixture.file);
    const rows = rowsFor(model, fixture);

    it("is recognised", () => expect(model.source.format).toBe("pmml"));

    it("predicts as scikit-learn to 1e-12", () => {
      expect(difference(raw(model, rows), fixture.raw.flat())).toBeLessThan(1e-12);
      // The anomaly score stands in the file's outputs, which are not read: the raw output is the average depth.
      if (fixture.name !== "isolation")
        expect(difference(prediction(model, rows), fixture.prediction.flat())).toBeLessThan(1e-12);
    });

    it("has no covers, so that explanations ask for background rows, and add up with them", () => {
      if (model.kind === "tree-ensemble") expect(() => createExplainer(model)).toThrow(/background/);
      const explanation = createExplainer(model, { background: rows.slice(0, 5) }).explain(rows);
      expect(additivityError(explanation, model)).toBeLessThan(1e-9);
    });
  },
);

it("PMML and the tree dictionary have the same interventional values", () => {
  const fixture = caseNamed("boosting-multiclass");
  const [ours, theirs] = ["model.pmml", "trees.json"].map((file) => {
    const model = modelOf(fixture, file);
    const rows = rowsFor(model, fixture);
    const explanation = createExplainer(model, { background: rows.slice(0, 8) }).explain(rows);
    const at = (r: number, name: string) => {
      const j = model.featureNames.indexOf(name);
      if (j < 0) return [0, 0, 0];
      const start = (r * model.featureNames.length + j) * 3;
      return Array.from(explanation.values.subarray(start, start + 3));
    };
    return rows.flatMap((_, r) => fixture.featureNames.flatMap((name) => at(r, name)));
  });
  expect(difference(ours!, theirs!)).toBeLessThan(1e-12);
});

const fields: Record<string, string> = {
  x: '<DataField name="x" optype="continuous" dataType="double"/>',
  z: '<DataField name="z" optype="continuous" dataType="double"/>',
  color:
    '<DataField name="color" optype="categorical" dataType="string"><Value value="red"/><Value value="green"/><Value value="dark blue"/></DataField>',
  y: '<DataField name="y" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>',
};

const schema = (use: Record<string, string>) =>
  `<MiningSchema>${Object.entries(use)
    .map(([name, more]) => `<MiningField name="${name}" ${more}/>`)
    .join("")}</MiningSchema>`;

const file = (model: string) =>
  `<PMML version="4.4"><Header/><DataDictionary>${Object.values(fields).join("")}</DataDictionary>${model}</PMML>`;

const inner = (nodes: string, attributes = "", use: Record<string, string> = { x: "", z: "", color: "" }) =>
  `<TreeModel functionName="regression" ${attributes}>${schema(use)}${nodes}</TreeModel>`;

const load = (nodes: string, attributes?: string, use?: Record<string, string>) =>
  loadModel(file(inner(nodes, attributes, use)));

const at = (model: Model, ...rows: Record<string, Cell>[]) =>
  Array.from(model.predict(rows.map((row) => ({ x: 0, z: 0, color: "red", ...row }))).values);

const simple = (operator: string, value?: number | string, field = "x") =>
  `<SimplePredicate field="${field}" operator="${operator}"${value === undefined ? "" : ` value="${value}"`}/>`;
const node = (predicate: string, score: number, more = "", below = "") =>
  `<Node score="${score}" ${more}>${predicate}${below}</Node>`;
const root = (...children: string[]) => `<Node score="9">${"<True/>"}${children.join("")}</Node>`;
const NULLABLE = 'missingValueStrategy="nullPrediction"';
const LAST = 'noTrueChildStrategy="returnLastPrediction"';

describe("a PMML tree", () => {
  const below = node(simple("lessOrEqual", 1), 1, 'id="a"');
  const above = node(simple("greaterThan", 1), 2, 'id="b"');

  it.each([
    ["lessOrEqual", [1, 1, 9]],
    ["lessThan", [1, 9, 9]],
    ["greaterOrEqual", [9, 1, 1]],
    ["greaterThan", [9, 9, 1]],
  ])("asks %s, and gives the node's own score where no child takes the row", (operator, expected) => {
    const model = load(root(node(simple(operator, 1), 1)), LAST);
    expect(at(model, { x: 0 }, { x: 1 }, { x: 2 })).toEqual(expected);
  });

  it("takes the first of several children", () => {
    const children = [1, 2, 3].map((t) => node(simple("lessOrEqual", t), t));
    expect(at(load(root(...children), LAST), { x: 0 }, { x: 2 }, { x: 3 }, { x: 4 })).toEqual([1, 2, 3, 9]);
  });

  it("asks for categories by name, alone and in sets with quoted names", () => {
    const set =
      '<SimpleSetPredicate field="color" booleanOperator="isIn"><Array type="string">red "dark blue"</Array></SimpleSetPredicate>';
    const model = load(root(node(set, 1), node(simple("equal", "green", "color"), 2)));
    expect(at(model, { color: "red" }, { color: "green" }, { color: "dark blue" })).toEqual([1, 2, 1]);
    expect(model.categories![2]).toEqual(["red", "green", "dark blue"]);
    // No child takes a category that the file does not list: it is invalid.
    expect(() => at(model, { color: "pink" })).toThrow(ShapeError);
  });

  it("knows categories that are numbers by these numbers", () => {
    const grades =
      '<DataField name="color" optype="categorical" dataType="integer"><Value value="10"/><Value value="7"/></DataField>';
    const nodes = root(node(simple("equal", 7, "color"), 1), node(simple("notEqual", 7, "color"), 2));
    const model = loadModel(file(inner(nodes)).replace(fields.color!, grades));
    expect(at(model, { color: 7 }, { color: 10 }, { color: "7" })).toEqual([1, 2, 1]);
    expect(() => at(model, { color: 8 })).toThrow(/a category that the model does not list/);
  });

  it("refuses an unlisted category that is let in as it is, where no child takes it", () => {
    const use = { x: "", z: "", color: 'invalidValueTreatment="asIs"' };
    const green = node(simple("equal", "green", "color"), 1);
    const others =
      '<SimpleSetPredicate field="color" booleanOperator="isIn"><Array type="string">red "dark blue"</Array></SimpleSetPredicate>';
    const children = root(green, node(others, 2));
    expect(at(load(children, "", use), { color: "green" }, { color: "red" })).toEqual([1, 2]);
    expect(() => at(load(children, "", use), { color: "pink" })).toThrow(ShapeError);
    expect(at(load(children, LAST, use), { color: "pink" })).toEqual([9]);
  });

  it("takes NaN for missing where the file says so too", () => {
    const said =
      '<DataField name="x" optype="continuous" dataType="double"><Value value="NaN" property="missing"/></DataField>';
    const text = file(inner(root(below, above), LAST)).replace(fields.x!, said);
    expect(at(loadModel(text), { x: Number.NaN }, { x: 0 })).toEqual([9, 1]);
    const minus = text.replace('value="NaN"', 'value="-999"');
    expect(() => loadModel(minus)).toThrow(UnsupportedModelError);
  });

  it("sends an unlisted category with missing values where the file says so", () => {
    const use = { x: "", z: "", color: 'invalidValueTreatment="asMissing"' };
    const children = [
      node(simple("equal", "green", "color"), 1, 'id="a"'),
      node(simple("notEqual", "green", "color"), 2, 'id="b"'),
    ];
    for (const [id, score] of [
      ["a", 1],
      ["b", 2],
    ] as const) {
      const tree = `<Node defaultChild="${id}"><True/>${children.join("")}</Node>`;
      const model = load(tree, 'missingValueStrategy="defaultChild"', use);
      expect(at(model, { color: "green" }, { color: "red" })).toEqual([1, 2]);
      expect(at(model, { color: null }, { color: "pink" })).toEqual([score, score]);
    }
  });

  describe("with a missing value", () => {
    it("goes on to the next child by default, and so to the node's own score", () => {
      expect(at(load(root(below, above), LAST), { x: null }, { x: 0 }, { x: 2 })).toEqual([9, 1, 2]);
    });

    it("refuses the row where the tree has no prediction for it", () => {
      expect(() => at(load(root(below, above)), { x: null })).toThrow(ShapeError);
      expect(() => at(load(root(below, above), NULLABLE), { x: null })).toThrow(
        /"x": the model gives no prediction/,
      );
      expect(at(load(root(below, above), NULLABLE), { z: null })).toEqual([1]);
    });

    it("takes the default child", () => {
      const tree = (id: string) => `<Node defaultChild="${id}"><True/>${below}${above}</Node>`;
      const strategy = 'missingValueStrategy="defaultChild"';
      expect(at(load(tree("a"), strategy), { x: null }, { x: 5 })).toEqual([1, 2]);
      expect(at(load(tree("b"), strategy), { x: null }, { x: 0 })).toEqual([2, 1]);
      expect(() => load(tree("c"), strategy)).toThrow(ModelFormatError);
    });

    it("stops with the node's own score for lastPrediction", () => {
      const model = load(root(below, above), 'missingValueStrategy="lastPrediction"');
      expect(at(model, { x: null }, { x: 0 }, { x: 2 })).toEqual([9, 1, 2]);
    });

    it("is replaced where the field says so", () => {
      const use = { x: 'missingValueReplacement="5"', z: "", color: 'missingValueReplacement="green"' };
      expect(at(load(root(below, above), NULLABLE, use), { x: null })).toEqual([2]);
    });

    it("may be asked for", () => {
      const model = load(root(node(simple("isMissing"), 1), node("<True/>", 2)));
      expect(at(model, { x: null }, { x: 0 })).toEqual([1, 2]);
      const or = `<CompoundPredicate booleanOperator="or">${simple("lessOrEqual", 1)}${simple("isMissing")}</CompoundPredicate>`;
      expect(at(load(root(node(or, 1), node("<True/>", 2))), { x: null }, { x: 0 }, { x: 2 })).toEqual([
        1, 1, 2,
      ]);
      const and = `<CompoundPredicate booleanOperator="and">${simple("isNotMissing")}${simple("lessOrEqual", 1)}</CompoundPredicate>`;
      expect(at(load(root(node(and, 1), node("<True/>", 2)), NULLABLE), { x: null }, { x: 0 })).toEqual([
        2, 1,
      ]);
      const surrogate = `<CompoundPredicate booleanOperator="surrogate">${simple("lessOrEqual", 1)}<True/></CompoundPredicate>`;
      expect(at(load(root(node(surrogate, 1), node("<True/>", 2))), { x: null }, { x: 2 })).toEqual([1, 2]);
    });
  });

  it("takes recordCount for covers where every node has one", () => {
    const counted = (predicate: string, score: number, count: number) =>
      node(predicate, score, `recordCount="${count}"`);
    const children = [
      counted(simple("lessOrEqual", 1), 1, 6),
      counted(simple("lessOrEqual", 2), 2, 3),
      counted("<True/>", 3, 1),
    ];
    const whole = load(`<Node recordCount="10"><True/>${children.join("")}</Node>`, NULLABLE) as TreeEnsemble;
    expect(whole.data.cover).toEqual(Float64Array.of(10, 6, 4, 3, 1));
    expect(createExplainer(whole).expectedValue[0]).toBeCloseTo(0.6 * 1 + 0.3 * 2 + 0.1 * 3, 12);
    expect(
      (load(`<Node><True/>${children.join("")}</Node>`, NULLABLE) as TreeEnsemble).data.cover,
    ).toBeUndefined();
  });

  it.each([
    ["another missing value strategy", root(below, above), 'missingValueStrategy="weightedConfidence"'],
    ["children that leave some values without a prediction", root(below), NULLABLE],
    [
      "surrogates on other fields",
      root(
        node(
          `<CompoundPredicate booleanOperator="surrogate">${simple("lessOrEqual", 1)}${simple("lessOrEqual", 1, "z")}</CompoundPredicate>`,
          1,
        ),
        above,
      ),
      LAST,
    ],
    ["equality of a continuous field", root(node(simple("equal", 1), 1)), LAST],
    [
      "a default child that other fields' tests may keep a row from",
      `<Node defaultChild="c"><True/>${below}${node(simple("lessOrEqual", 1, "z"), 2)}${node("<True/>", 3, 'id="c"')}</Node>`,
      'missingValueStrategy="defaultChild"',
    ],
  ])("with %s is refused as not supported", (_, nodes, attributes) => {
    expect(() => load(nodes, attributes)).toThrow(UnsupportedModelError);
  });

  it.each([
    ["no node", "", /TreeModel: expected the element Node/],
    ["a field that is not active", root(node(simple("lessOrEqual", 1, "w"), 1)), /expected an active field/],
    [
      "a score that is no number",
      `<Node score="many"><True/></Node>`,
      /TreeModel\/Node: expected a number in score/,
    ],
    [
      "an unknown operator",
      root(node(simple("roughly", 1), 1)),
      /Node\/SimplePredicate: expected an operator/,
    ],
    [
      "a category that is not listed",
      root(node(simple("equal", "pink", "color"), 1)),
      /expected a value of the field color/,
    ],
  ])("with %s is refused with the place", (_, nodes, message) => {
    expect(() => load(nodes, LAST)).toThrow(ModelFormatError);
    expect(() => load(nodes, LAST)).toThrow(message);
  });
});

describe("a PMML ensemble", () => {
  const stump = (low: number, high: number) =>
    inner(
      `<Node><True/>${node(simple("lessOrEqual", 1), low)}${node(simple("greaterThan", 1), high)}</Node>`,
      NULLABLE,
    );
  const mining = (method: string, segments: [string, number][], more = "") =>
    loadModel(
      file(
        `<MiningModel functionName="regression">${schema({ x: "", z: "", color: "" })}${more}<Segmentation multipleModelMethod="${method}">` +
          segments
            .map(([model, weight]) => `<Segment weight="${weight}"><True/>${model}</Segment>`)
            .join("") +
          "</Segmentation></MiningModel>",
      ),
    );
  const two: [string, number][] = [
    [stump(1, 2), 3],
    [stump(10, 20), 1],
  ];

  it.each([
    ["sum", [11, 22]],
    ["average", [5.5, 11]],
    ["weightedAverage", [3.25, 6.5]],
    ["weightedSum", [13, 26]],
  ])("adds its segments by %s", (method, expected) => {
    expect(at(mining(method, two), { x: 0 }, { x: 2 })).toEqual(expected);
  });

  it("rescales the sum by its target", () => {
    const targets = '<Targets><Target rescaleFactor="2" rescaleConstant="5"/></Targets>';
    expect(at(mining("sum", two, targets), { x: 0 })).toEqual([27]);
  });

  it("counts votes", () => {
    const tree = (low: string, high: string) =>
      `<TreeModel functionName="classification" ${NULLABLE}>${schema({ x: "" })}<Node><True/>` +
      `<Node score="${low}">${simple("lessOrEqual", 1)}</Node><Node score="${high}">${simple("greaterThan", 1)}</Node></Node></TreeModel>`;
    const model = loadModel(
      file(
        `<MiningModel functionName="classification">${schema({ y: 'usageType="target"', x: "", z: "", color: "" })}` +
          '<Segmentation multipleModelMethod="majorityVote">' +
          [tree("no", "yes"), tree("no", "yes"), tree("no", "no"), tree("yes", "yes")]
            .map((each) => `<Segment><True/>${each}</Segment>`)
            .join("") +
          "</Segmentation></MiningModel>",
      ),
    );
    expect(model.outputNames).toEqual(["no", "yes"]);
    expect(at(model, { x: 0 }, { x: 2 })).toEqual([0.75, 0.25, 0.25, 0.75]);
  });

  it.each(["median", "max", "selectFirst", "modelChain"])("is refused where it is a %s", (method) => {
    expect(() => mining(method, two)).toThrow(UnsupportedModelError);
  });
});

describe("a PMML regression", () => {
  const regression = (attributes: string, ...tables: string[]) =>
    file(`<RegressionModel ${attributes}>${schema({ x: "", z: "" })}${tables.join("")}</RegressionModel>`);
  const table =
    '<RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/></RegressionTable>';

  it("is a linear model", () => {
    const model = loadModel(regression('functionName="regression"', table));
    expect(model.kind).toBe("linear");
    expect(model.predict([{ x: 3, z: 100 }]).values).toEqual(Float64Array.of(7));
  });

  it.each([
    [
      "a categorical predictor",
      regression(
        'functionName="regression"',
        '<RegressionTable intercept="1"><CategoricalPredictor name="color" value="red" coefficient="2"/></RegressionTable>',
      ),
    ],
    [
      "an exponent",
      regression('functionName="regression"', table.replace("coefficient", 'exponent="2" coefficient')),
    ],
    ["a probit link", regression('functionName="regression" normalizationMethod="probit"', table)],
    ["another kind of model", file(`<NeuralNetwork>${schema({ x: "" })}</NeuralNetwork>`)],
  ])("with %s is refused as not supported", (_, text) => {
    expect(() => loadModel(text)).toThrow(UnsupportedModelError);
  });
});
