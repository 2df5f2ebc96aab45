import { UnsupportedModelError } from "../../errors.js";
import { identity, logistic, type OutputTransform } from "../../model/output-transform.js";
import type { XmlElement } from "./xml.js";

/** A PMML RegressionModel: for each output an intercept and the coefficients of its predictors by name. */
export interface Regression {
  readonly outputNames: readonly string[];
  readonly tables: readonly RegressionTable[];
  readonly transform: OutputTransform;
}

export interface RegressionTable {
  readonly element: XmlElement;
  readonly intercept: number;
  readonly coefficients: ReadonlyMap<string, number>;
}

/** @throws UnsupportedModelError for what is no weighted sum of fields with a link that can be undone */
export function readRegression(model: XmlElement): Regression {
  const tables = model.all("RegressionTable").map(readTable);
  if (tables.length === 0) model.fail("expected a RegressionTable");
  const normalization = model.attributes.get("normalizationMethod") ?? "none";
  if (model.attribute("functionName") === "regression") {
    if (tables.length !== 1) model.fail(`expected one RegressionTable, found ${tables.length}`);
    return { outputNames: ["output"], tables, transform: transformOf(model, normalization, 1) };
  }
  const names = tables.map((table) => table.element.attribute("targetCategory"));
  if (normalization !== "logit")
    return { outputNames: names, tables, transform: transformOf(model, normalization, tables.length) };
  const [first, second] = tables;
  // PMML gives the last category what the logistic of the others leaves: its table says nothing.
  if (tables.length === 2 && second!.coefficients.size === 0 && second!.intercept === 0)
    return { outputNames: names.slice(0, 1), tables: [first!], transform: logistic };
  throw unread(model, `normalizationMethod="logit" with ${tables.length} tables of their own`);
}

function transformOf(model: XmlElement, normalization: string, outputs: number): OutputTransform {
  if (normalization === "none") return identity;
  if (normalization === "exp") return { kind: "exp" };
  if (normalization === "softmax") return outputs === 1 ? logistic : { kind: "softmax" };
  if (normalization === "logit") return logistic;
  throw unread(model, `normalizationMethod="${normalization}"`);
}

function readTable(element: XmlElement): RegressionTable {
  const other = element.optional("CategoricalPredictor", "PredictorTerm");
  if (other !== undefined) throw unread(element, `the predictor ${other.name}`);
  const coefficients = new Map<string, number>();
  for (const predictor of element.all("NumericPredictor")) {
    if ((predictor.optionalNumber("exponent") ?? 1) !== 1) throw unread(predictor, "an exponent");
    const name = predictor.attribute("name");
    coefficients.set(name, (coefficients.get(name) ?? 0) + predictor.number("coefficient"));
  }
  return { element, intercept: element.number("intercept"), coefficients };
}

function unread(where: XmlElement, what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${where.path}: ${what} is not read`,
    "Export a regression on numeric fields with the normalization none, exp, logit or softmax",
  );
}
