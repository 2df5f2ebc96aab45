import { UnsupportedModelError } from "../../errors.js";
import { identity, type OutputTransform } from "../../model/output-transform.js";
import { readRegression } from "./regression.js";
import type { XmlElement } from "./xml.js";

/** One tree of the model and how it counts: its leaves times `scale`, added to `output` (-1: one value a class). */
export interface Term {
  readonly tree: XmlElement;
  readonly scale: number;
  readonly output: number;
  /** Whether each tree votes for its score with 1 instead of giving probabilities. */
  readonly votes: boolean;
}

/** A PMML model as a sum of trees. */
export interface SumOfTrees {
  readonly terms: readonly Term[];
  readonly base: readonly number[];
  readonly outputNames: readonly string[];
  readonly transform: OutputTransform;
}

/**
 * A TreeModel, or a MiningModel that adds trees up: sum, average, weightedAverage, weightedSum, for classes also
 * majorityVote and weightedMajorityVote, and a modelChain whose last model is a regression on what those before gave
 * (as JPMML writes boosting).
 * @param classes the target's classes, for a classification
 */
export function sumOfTrees(model: XmlElement, classes: readonly string[]): SumOfTrees {
  const isClassification = model.attribute("functionName") === "classification";
  const outputNames = isClassification ? classes : ["output"];
  if (isClassification && classes.length === 0)
    model.fail("expected the target's classes in the DataDictionary");
  const output = isClassification ? -1 : 0;
  if (model.name === "TreeModel") {
    const terms = [{ tree: model, scale: 1, output, votes: false }];
    return rescaled(model, { terms, base: outputNames.map(() => 0), outputNames, transform: identity });
  }
  if (model.name !== "MiningModel") throw unread(model, `the model ${model.name} among trees`);
  const segmentation = model.child("Segmentation");
  const method = segmentation.attribute("multipleModelMethod");
  const segments = segmentation.all("Segment").map(readSegment);
  if (segments.length === 0) segmentation.fail("expected at least one Segment");
  if (method === "modelChain") return chain(model, segments, classes);
  const shares = sharesOf(segmentation, method, segments, isClassification);
  const parts = segments.map((segment) => sumOfTrees(segment.model, classes));
  const votes = method === "majorityVote" || method === "weightedMajorityVote";
  const base = outputNames.map(() => 0);
  const terms: Term[] = [];
  parts.forEach((part, i) => {
    if (part.transform.kind !== "identity" || part.base.length !== base.length)
      throw unread(segments[i]!.model, "a model with a link or of other outputs inside of a sum");
    part.base.forEach((value, k) => {
      base[k]! += value * shares[i]!;
    });
    for (const term of part.terms)
      terms.push({ ...term, scale: term.scale * shares[i]!, votes: votes || term.votes });
  });
  return rescaled(model, { terms, base, outputNames, transform: identity });
}

interface Segment {
  readonly element: XmlElement;
  readonly model: XmlElement;
  readonly weight: number;
}

const MODELS = ["TreeModel", "MiningModel", "RegressionModel"];

function readSegment(element: XmlElement): Segment {
  if (element.optional("True") === undefined) throw unread(element, "a segment for some rows only");
  const model = element.optional(...MODELS);
  if (model === undefined) throw unread(element, "a segment whose model is no tree, ensemble or regression");
  for (const field of model.optional("MiningSchema")?.all("MiningField") ?? []) {
    const treated = ["missingValueReplacement", "outliers", "invalidValueTreatment"].find((name) =>
      field.attributes.has(name),
    );
    if (treated !== undefined && (field.attributes.get("usageType") ?? "active") === "active")
      throw unread(field, `${treated} inside of a segment`);
  }
  return { element, model, weight: element.optionalNumber("weight") ?? 1 };
}

/** What each segment counts. */
function sharesOf(
  segmentation: XmlElement,
  method: string,
  segments: readonly Segment[],
  isClassification: boolean,
): number[] {
  const total = segments.reduce((sum, { weight }) => sum + weight, 0);
  switch (method) {
    case "sum":
      return segments.map(() => 1);
    case "weightedSum":
      return segments.map(({ weight }) => weight);
    case "average":
      return segments.map(() => 1 / segments.length);
    case "majorityVote":
      if (!isClassification) return segmentation.fail("expected a classification for majorityVote");
      return segments.map(() => 1 / segments.length);
    case "weightedAverage":
    case "weightedMajorityVote":
      if (!(total > 0)) return segmentation.fail("expected weights with a positive sum");
      return segments.map(({ weight }) => weight / total);
    default:
      throw unread(segmentation, `multipleModelMethod="${method}"`);
  }
}

/** Models that each give a number by name, then a regression on these. */
function chain(model: XmlElement, segments: readonly Segment[], classes: readonly string[]): SumOfTrees {
  const last = segments.at(-1)!;
  const parts = new Map<string, SumOfTrees>();
  for (const segment of segments.slice(0, -1)) {
    const field = segment.model.optional("Output")?.optional("OutputField");
    const feature = field?.attributes.get("feature") ?? "predictedValue";
    if (
      field === undefined ||
      feature !== "predictedValue" ||
      segment.model.attribute("functionName") !== "regression"
    )
      throw unread(segment.element, "a link of a chain that is no regression with one output");
    const part = sumOfTrees(segment.model, []);
    if (part.transform.kind !== "identity") throw unread(segment.model, "a link function inside of a chain");
    parts.set(field.attribute("name"), part);
  }
  if (last.model.name !== "RegressionModel") {
    if (segments.length > 1) throw unread(last.element, "a chain that does not end in a regression");
    return rescaled(model, sumOfTrees(last.model, classes));
  }
  const regression = readRegression(last.model);
  const terms: Term[] = [];
  const base = regression.tables.map((table) => table.intercept);
  regression.tables.forEach((table, output) => {
    for (const [name, coefficient] of table.coefficients) {
      const part = parts.get(name);
      if (part === undefined)
        throw unread(table.element, `the predictor ${JSON.stringify(name)}, no model of the chain,`);
      base[output]! += coefficient * part.base[0]!;
      for (const term of part.terms) terms.push({ ...term, scale: term.scale * coefficient, output });
    }
  });
  return rescaled(model, {
    terms,
    base,
    outputNames: regression.outputNames,
    transform: regression.transform,
  });
}

/** Target's rescaleFactor and rescaleConstant on a regression's prediction. */
function rescaled(model: XmlElement, sum: SumOfTrees): SumOfTrees {
  const target = model.optional("Targets")?.optional("Target");
  if (target === undefined) return sum;
  for (const name of ["min", "max", "castInteger"])
    if (target.attributes.has(name)) throw unread(target, name);
  const factor = target.optionalNumber("rescaleFactor") ?? 1;
  const constant = target.optionalNumber("rescaleConstant") ?? 0;
  if (factor === 1 && constant === 0) return sum;
  if (sum.base.length !== 1 || sum.transform.kind !== "identity")
    throw unread(target, "rescaling of classes");
  return {
    ...sum,
    terms: sum.terms.map((term) => ({ ...term, scale: term.scale * factor })),
    base: [sum.base[0]! * factor + constant],
  };
}

function unread(where: XmlElement, what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${where.path}: ${what} is not read`,
    "Export an ensemble that adds its trees up, or a single tree",
  );
}
