import { UnsupportedModelError } from "../../errors.js";
import { categorySet } from "../category-set.js";
import type { DocumentNode } from "../document.js";
import { listNodes } from "../nested-tree.js";
import { lessThanFloat32 } from "../thresholds.js";
import type { SourceNode, TreeBuilder } from "../tree-builder.js";

export interface DumpedTreePlace {
  /** The output its leaves add to; -1 for vector leaves. */
  readonly output: number;
  /** What its leaf values are multiplied with (dart). */
  readonly weight: number;
  readonly featureNames: readonly string[];
}

/** Adds one element of a dump: nested nodes that name their children's ids as yes, no and missing. */
export function addDumpedTree(builder: TreeBuilder, root: DocumentNode, place: DumpedTreePlace): void {
  const { output, weight, featureNames } = place;
  const { nodes, left, right } = listNodes(root, (node) => {
    if (node.optional("leaf") !== undefined) return undefined;
    return [childOf(node, "yes"), childOf(node, "no")];
  });
  builder.addTree({
    path: root.path,
    nodeCount: nodes.length,
    output,
    node(id): SourceNode {
      const node = nodes[id]!;
      const cover = node.optional("cover")?.number();
      if (left[id] === -1) {
        const leaf = node.get("leaf");
        const value = Array.from(
          leaf.isList() ? leaf.numbers() : [leaf.number()],
          (part) => Math.fround(part) * weight,
        );
        return { kind: "leaf", value, cover };
      }
      const missing = node.get("missing").integer(0, 2 ** 31);
      if (missing !== node.get("yes").number() && missing !== node.get("no").number())
        node.get("missing").fail("expected the id in yes or in no");
      return {
        kind: "split",
        feature: featureOf(node.get("split"), featureNames),
        left: left[id]!,
        right: right[id]!,
        missingLeft: missing === node.get("yes").number(),
        cover,
        ...testOf(node),
      };
    },
  });
}

/** A number: yes where the value is less. A list of categories: yes where the value is one of them. */
function testOf(node: DocumentNode): Pick<SourceNode & { kind: "split" }, "threshold" | "categories"> {
  const condition = node.optional("split_condition");
  if (condition === undefined) {
    throw new UnsupportedModelError(
      `The dump's feature map calls ${node.get("split").text()} an indicator ("i"), so that its thresholds were not written`,
      "Dump with the type q instead, or save the model with save_model('model.json')",
    );
  }
  return condition.isList()
    ? { categories: categorySet(condition) }
    : { threshold: lessThanFloat32(condition.number()) };
}

function childOf(node: DocumentNode, answer: "yes" | "no"): DocumentNode {
  const id = node.get(answer);
  const children = node.get("children").items();
  if (children.length !== 2) node.get("children").fail("expected two");
  const child = children.find((candidate) => candidate.get("nodeid").value === id.value);
  return child ?? id.fail("expected the nodeid of a child");
}

function featureOf(split: DocumentNode, featureNames: readonly string[]): number {
  const name = split.text();
  const index = featureNames.indexOf(name);
  if (index >= 0) return index;
  const number = /^f(\d+)$/.exec(name);
  if (number !== null && Number(number[1]) < featureNames.length) return Number(number[1]);
  return split.fail(`expected one of the ${featureNames.length} featureNames given`);
}
