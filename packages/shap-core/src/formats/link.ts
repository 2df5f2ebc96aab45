import { identity, logistic, type OutputTransform } from "../model/output-transform.js";
import type { DocumentNode } from "./document.js";

/** What a link function's name makes of the raw output: the link's inverse. */
const inverseOf: Record<string, OutputTransform> = {
  identity,
  logit: logistic,
  log: { kind: "exp" },
  softmax: { kind: "softmax" },
};

/**
 * The transform that a file's `link` asks for (`identity`, `logit`, `log` or `softmax`); identity where there is none.
 * @param scale what a logit multiplies the raw output by before its inverse; 1 where absent
 */
export function linkTransform(link: DocumentNode | undefined, scale?: DocumentNode): OutputTransform {
  if (link === undefined) return identity;
  const name = link.text();
  if (!Object.hasOwn(inverseOf, name))
    return link.fail(`expected one of ${Object.keys(inverseOf).join(", ")}`);
  const transform = inverseOf[name]!;
  if (scale === undefined) return transform;
  if (transform.kind !== "logistic") return scale.fail("expected a scale beside the link logit only");
  return {
    kind: "logistic",
    scale: scale.number() > 0 ? scale.number() : scale.fail("expected a positive number"),
  };
}
