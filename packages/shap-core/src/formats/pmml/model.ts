import { UnsupportedModelError } from "../../errors.js";
import { LinearModel } from "../../model/linear-model.js";
import type { Model, ModelSource } from "../../model/model.js";
import { TreeEnsemble } from "../../model/tree-ensemble.js";
import type { Content } from "../content.js";
import type { Format } from "../format.js";
import { TreeBuilder } from "../tree-builder.js";
import { type SumOfTrees, sumOfTrees, type Term } from "./ensemble.js";
import { Fields } from "./fields.js";
import { readRegression } from "./regression.js";
import { pmmlTree } from "./tree.js";
import { parseXml, type XmlElement } from "./xml.js";

/**
 * PMML 3 and 4: TreeModel, MiningModel that adds trees up, RegressionModel. Covers are the nodes' recordCount, where
 * every node has one. A field whose missing values give no prediction refuses them.
 */
export const pmml = {
  name: "pmml",
  title: "PMML",
  recognises: (content) => content.head(1)[0] === "<" && /<(?:\w+:)?PMML[\s>]/.test(content.head(4096)),
  read: readPmml,
} as const satisfies Format;

const NOT_MODELS = new Set([
  "Header",
  "MiningBuildTask",
  "DataDictionary",
  "TransformationDictionary",
  "Extension",
]);

function readPmml(content: Content): Model {
  const root = parseXml(content.text ?? "", "pmml");
  if (root.name !== "PMML") root.fail("expected the element PMML");
  const models = root.children.filter((child) => !NOT_MODELS.has(child.name));
  if (models.length !== 1) root.fail(`expected one model, found ${models.length}`);
  const model = models[0]!;
  const fields = new Fields(root, model);
  const source = {
    format: "pmml",
    objective: model.attributes.get("algorithmName") ?? model.name,
    version: root.optional("Header")?.optional("Application")?.attributes.get("version"),
  };
  if (model.name === "RegressionModel") return linearModel(model, fields, source);
  if (model.name !== "TreeModel" && model.name !== "MiningModel") {
    throw new UnsupportedModelError(
      `The PMML model ${model.name} is not read`,
      "Export a TreeModel, a MiningModel of trees or a RegressionModel",
    );
  }
  return treeModel(model, fields, source, targetClasses(root, model));
}

function linearModel(model: XmlElement, fields: Fields, source: ModelSource): LinearModel {
  const { tables, outputNames, transform } = readRegression(model);
  const features = fields.list.length;
  const coefficients = new Float64Array(tables.length * features);
  tables.forEach((table, k) => {
    for (const [name, coefficient] of table.coefficients) {
      const field = fields.named(name, table.element);
      if (field.isCategorical || field.replacement !== undefined)
        table.element.fail(
          `expected a continuous field without a replacement, found ${JSON.stringify(name)}`,
        );
      coefficients[k * features + field.index] = coefficient;
    }
  });
  const intercepts = Float64Array.from(tables, (table) => table.intercept);
  return new LinearModel({
    featureNames: fields.names,
    outputNames,
    coefficients,
    intercepts,
    transform,
    source,
  });
}

function treeModel(
  model: XmlElement,
  fields: Fields,
  source: ModelSource,
  classes: readonly string[],
): TreeEnsemble {
  const sum = sumOfTrees(model, classes);
  const outputs = sum.outputNames.length;
  const isVector = sum.terms.some((term) => term.output < 0);
  const builder = new TreeBuilder("pmml", fields.list.length, outputs, isVector ? outputs : 1);
  for (const term of sum.terms) {
    const tree = pmmlTree(term.tree, fields, (node) =>
      term.output < 0 ? classShares(node, term, sum) : node.number("score") * term.scale,
    );
    builder.addTree({ ...tree, output: term.output });
  }
  return new TreeEnsemble({
    ...builder.build(),
    featureNames: fields.names,
    outputNames: sum.outputNames,
    categories: fields.categories,
    refusals: fields.refused,
    baseValues: Float64Array.from(sum.base),
    transform: sum.transform,
    source,
  });
}

/** A node's probability of each class, or where trees vote, 1 for its score. */
function classShares(node: XmlElement, { scale, votes }: Term, { outputNames }: SumOfTrees): Float64Array {
  const shares = new Float64Array(outputNames.length);
  const indexOf = (name: string, where: XmlElement) => {
    const index = outputNames.indexOf(name);
    return index >= 0 ? index : where.fail(`expected a class of the target, found ${JSON.stringify(name)}`);
  };
  if (votes) {
    shares[indexOf(node.attribute("score"), node)] = scale;
    return shares;
  }
  const distribution = node.all("ScoreDistribution");
  if (distribution.length === 0) {
    throw new UnsupportedModelError(
      `${node.path}: a node with a class and no probabilities (ScoreDistribution) is not read`,
      "Export the tree with its ScoreDistribution",
    );
  }
  const total = distribution.reduce((sum, share) => sum + share.number("recordCount"), 0);
  for (const share of distribution) {
    const probability = share.optionalNumber("probability") ?? share.number("recordCount") / total;
    shares[indexOf(share.attribute("value"), share)]! += probability * scale;
  }
  return shares;
}

/** The values of the target field, for a classification. */
function targetClasses(root: XmlElement, model: XmlElement): string[] {
  const target = model
    .child("MiningSchema")
    .all("MiningField")
    .find((field) => ["target", "predicted"].includes(field.attributes.get("usageType") ?? ""));
  const definition = root
    .child("DataDictionary")
    .all("DataField")
    .find((field) => field.attributes.get("name") === target?.attribute("name"));
  return definition?.all("Value").map((value) => value.attribute("value")) ?? [];
}
