import { UnsupportedModelError } from "../../errors.js";
import { identity, type OutputTransform } from "../../model/output-transform.js";
import type { DocumentNode } from "../document.js";
import type { OutputLayout } from "./output-layout.js";

/** What Treelite's `postprocessor` does to the sums of the trees. */
export function treelitePostprocessor(document: DocumentNode, layout: OutputLayout): OutputTransform {
  const node = document.get("postprocessor");
  const name = node.text();
  switch (name) {
    case "identity":
    case "identity_multiclass":
      return identity;
    case "sigmoid":
    case "multiclass_ova":
      return { kind: "logistic", scale: positive(document.get("sigmoid_alpha")) };
    case "exponential":
      return { kind: "exp" };
    case "signed_square":
      return { kind: "signed-square" };
    case "logarithm_one_plus_exp":
      return { kind: "log1p-exp" };
    case "exponential_standard_ratio":
      return { kind: "isolation", expectedDepth: positive(document.get("ratio_c")) };
    case "softmax":
      if (layout.targets === 1) return layout.outputs === 1 ? identity : { kind: "softmax" };
      throw new UnsupportedModelError(
        "The Treelite model has several targets, each with a softmax of its own",
        "Export one model a target",
      );
    case "hinge":
      return { kind: "step" };
    default:
      return node.fail("expected a postprocessor of Treelite 4");
  }
}

function positive(node: DocumentNode): number {
  const value = node.number();
  return value > 0 ? value : node.fail("expected a positive number");
}
