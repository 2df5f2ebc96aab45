import { categoryBits } from "../category-set.js";
import type { DocumentNode } from "../document.js";
import type { Format } from "../format.js";
import { listNodes } from "../nested-tree.js";
import type { SourceLinearLeaf, SourceNode, TreeBuilder } from "../tree-builder.js";
import { readLightgbm } from "./model.js";
import { categoricalTest, type MissingType, numericTest } from "./split.js";

const name = "lightgbm-json";

/** LightGBM's `booster.dump_model()` as JSON, versions v3 and v4. */
export const lightgbmJson = {
  name,
  title: "LightGBM JSON",
  recognises: (content) => content.hasMembers("tree_info", "max_feature_idx"),
  read: (content, options) => {
    const header = content.document(name);
    return readLightgbm(
      {
        header,
        averageOutput: header.optional("average_output")?.value === true,
        trees: header.get("tree_info").items(),
        categoricalFeatures: categoricalFeatures(header),
        pandasCategorical: header.optional("pandas_categorical"),
        addTree,
      },
      options,
    );
  },
} as const satisfies Format;

/** Features whose `feature_infos` list values; they are keyed by feature name. */
function categoricalFeatures(header: DocumentNode): number[] {
  const infos = header.optional("feature_infos");
  if (infos === undefined) return [];
  const columns: number[] = [];
  header
    .get("feature_names")
    .texts()
    .forEach((feature, column) => {
      const values = infos.optional(feature)?.optional("values");
      if (values !== undefined && values.length > 0) columns.push(column);
    });
  return columns;
}

function addTree(builder: TreeBuilder, tree: DocumentNode, output: number, scale: number): void {
  const { nodes, left, right } = listNodes(tree.get("tree_structure"), (node) =>
    node.optional("leaf_value") === undefined ? [node.get("left_child"), node.get("right_child")] : undefined,
  );
  builder.addTree({
    path: tree.path,
    nodeCount: nodes.length,
    output,
    node(id): SourceNode {
      const node = nodes[id]!;
      if (left[id] === -1) {
        // A tree of one leaf need not count its rows; no share is ever taken of them.
        const cover = node.optional("leaf_count")?.number() ?? (nodes.length === 1 ? 1 : undefined);
        return {
          kind: "leaf",
          value: node.get("leaf_value").number() * scale,
          cover,
          linear: linearLeaf(node, scale),
        };
      }
      return {
        kind: "split",
        feature: node.get("split_feature").integer(0, 2 ** 31),
        left: left[id]!,
        right: right[id]!,
        // A split that no row reached was not counted.
        cover: node.optional("internal_count")?.number() || undefined,
        ...testOf(node),
      };
    },
  });
}

function testOf(node: DocumentNode) {
  const type = node.get("decision_type");
  const threshold = node.get("threshold");
  if (type.value === "==") return categoricalTest(categoryBits(listedCodes(threshold), threshold));
  if (type.value !== "<=") return type.fail('expected "<=" or "=="');
  return numericTest(
    uncapped(threshold.number()),
    missingType(node.get("missing_type")),
    node.get("default_left").value === true,
  );
}

/** A set is written `1||3||5`, or as one number. */
function listedCodes(threshold: DocumentNode): number[] {
  return String(threshold.value)
    .split("||")
    .map((code) => (code.trim() === "" ? Number.NaN : Number(code)));
}

/** The text file says inf and -inf, the dump ±1e300 (AvoidInf in LightGBM's common.h). */
function uncapped(threshold: number): number {
  return Math.abs(threshold) >= 1e300 ? Math.sign(threshold) * Number.POSITIVE_INFINITY : threshold;
}

function missingType(node: DocumentNode): MissingType {
  const { value } = node;
  return value === "None" || value === "Zero" || value === "NaN"
    ? value
    : node.fail("expected None, Zero or NaN");
}

function linearLeaf(node: DocumentNode, scale: number): SourceLinearLeaf | undefined {
  const constant = node.optional("leaf_const");
  if (constant === undefined) return undefined;
  const coefficients = node.get("leaf_coeff").numbers();
  return {
    constant: constant.number() * scale,
    features: node.get("leaf_features").numbers(),
    coefficients: Array.from(coefficients, (coefficient) => coefficient * scale),
  };
}
