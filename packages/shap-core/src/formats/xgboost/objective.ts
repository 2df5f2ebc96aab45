import { UnsupportedModelError } from "../../errors.js";
import { identity, logistic, type OutputTransform } from "../../model/output-transform.js";

export interface Objective {
  readonly name: string;
  readonly transform: OutputTransform;
  /** From base_score, stored as a prediction, to the margins the trees add to; one an output, in place. */
  readonly toMargins: (scores: Float64Array) => void;
}

/** XGBoost's kRtEps: how far a probability is kept from 0 and 1 before its logit is taken. */
const EPSILON = Math.fround(1e-6);

const each = (marginOf: (score: number) => number) => (scores: Float64Array) => {
  scores.forEach((score, k) => {
    scores[k] = marginOf(score);
  });
};

function logit(score: number): number {
  const p = Math.min(Math.max(score, EPSILON), 1 - EPSILON);
  return -Math.log(1 / p - 1);
}

const inverseSoftplus = (x: number): number => (x > 20 ? x : Math.log(Math.expm1(x)));

/** Expectiles may not cross: from the second on, a margin is the inverse softplus of the step from the one before. */
function expectileMargins(scores: Float64Array): void {
  for (let k = scores.length - 1; k > 0; k--) {
    scores[k] = inverseSoftplus(scores[k]! - scores[k - 1]! - EPSILON);
  }
}

type Family = Omit<Objective, "name">;

const unchanged: Family = { transform: identity, toMargins: () => {} };
const log: Family = { transform: { kind: "exp" }, toMargins: each(Math.log) };
const logitFamily: Family = { transform: logistic, toMargins: each(logit) };
const softmax: Family = { transform: { kind: "softmax" }, toMargins: () => {} };

/** Every objective of XGBoost 1.6 to 3.4 (src/objective/ of its sources). */
const objectives: Record<string, Family> = {
  "reg:squarederror": unchanged,
  "reg:linear": unchanged,
  "reg:squaredlogerror": unchanged,
  "reg:pseudohubererror": unchanged,
  "reg:absoluteerror": unchanged,
  "reg:quantileerror": unchanged,
  "reg:expectileerror": {
    transform: { kind: "softplus-steps", step: EPSILON },
    toMargins: expectileMargins,
  },
  "reg:logistic": logitFamily,
  "reg:gamma": log,
  "reg:tweedie": log,
  "count:poisson": log,
  "survival:cox": log,
  "survival:aft": log,
  "binary:logistic": logitFamily,
  "binary:logitraw": unchanged,
  "binary:hinge": { transform: { kind: "step" }, toMargins: () => {} },
  "multi:softmax": softmax,
  "multi:softprob": softmax,
  "rank:pairwise": unchanged,
  "rank:ndcg": unchanged,
  "rank:map": unchanged,
};

/** @throws UnsupportedModelError where XGBoost 1.6 to 3.4 has no such objective */
export function objectiveNamed(name: string): Objective {
  if (Object.hasOwn(objectives, name)) return { name, ...objectives[name]! };
  throw new UnsupportedModelError(
    `The XGBoost objective ${JSON.stringify(name)} is not known`,
    `Give the option objective with one that has the same link, of ${Object.keys(objectives).join(", ")}`,
  );
}
