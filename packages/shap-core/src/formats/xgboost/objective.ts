import { identity, logistic, type OutputTransform } from "../../model/output-transform.js";
import type { DocumentNode } from "../document.js";

export interface Objective {
  readonly name: string;
  readonly transform: OutputTransform;
  /** From base_score, which is stored as a prediction, to the margin the trees add to. */
  readonly marginOf: (score: number) => number;
}

const sameMargin = (score: number) => score;

/** XGBoost clamps a probability this far from 0 and 1 before it takes the logit (kRtEps). */
const CLAMP = Math.fround(1e-6);

function logit(score: number): number {
  const p = Math.min(Math.max(score, CLAMP), 1 - CLAMP);
  return -Math.log(1 / p - 1);
}

const families: Record<string, Omit<Objective, "name">> = {
  identity: { transform: identity, marginOf: sameMargin },
  logistic: { transform: logistic, marginOf: logit },
  exp: { transform: { kind: "exp" }, marginOf: Math.log },
  softmax: { transform: { kind: "softmax" }, marginOf: sameMargin },
};

const familyOf: Record<string, string> = {
  "reg:squarederror": "identity",
  "reg:linear": "identity",
  "reg:logistic": "logistic",
  "binary:logistic": "logistic",
  "binary:logitraw": "identity",
  "multi:softprob": "softmax",
  "multi:softmax": "softmax",
  "count:poisson": "exp",
  "reg:gamma": "exp",
  "reg:tweedie": "exp",
};

export function objectiveOf(node: DocumentNode): Objective {
  const name = node.text();
  const family = Object.hasOwn(familyOf, name) ? families[familyOf[name]!] : undefined;
  if (family === undefined)
    return node.fail(`expected one of the objectives ${Object.keys(familyOf).join(", ")}`);
  return { name, ...family };
}
