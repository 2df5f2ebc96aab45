import { ModelFormatError } from "../../errors.js";
import { DocumentNode } from "../document.js";
import type { Format } from "../format.js";
import { parseJson } from "../json-text.js";
import { readLightgbm } from "./model.js";
import { readSections, type Section, type TextSections } from "./text-sections.js";
import { addTextTree } from "./text-tree.js";

const name = "lightgbm-text";

/** LightGBM's `booster.save_model("model.txt")` and `model_to_string()`, versions v3 and v4. */
export const lightgbmText = {
  name,
  title: "LightGBM text",
  recognises: (content) =>
    /^tree\r?\n/.test(content.head()) && content.text?.includes("max_feature_idx=") === true,
  read: (content, options) => {
    const { text } = content;
    if (text === undefined) throw new ModelFormatError(name, "", "expected text");
    const sections = readSections(text, name);
    const header = headerOf(sections.header);
    return readLightgbm(
      {
        header,
        averageOutput: Object.hasOwn(sections.header, "average_output"),
        trees: sections.trees.map((tree, index) => new DocumentNode(tree, name, `Tree=${index}`)),
        categoricalFeatures: categoricalFeatures(sections, header),
        pandasCategorical: pandasCategorical(sections.pandasCategorical),
        addTree: addTextTree,
      },
      options,
    );
  },
} as const satisfies Format;

function headerOf(section: Section): DocumentNode {
  const names = section.feature_names?.split(" ").filter((feature) => feature !== "");
  return new DocumentNode({ ...section, feature_names: names }, name);
}

/**
 * The parameter `categorical_feature` lists the columns. Where the parameters were left out, `feature_infos` tells a
 * categorical feature's values joined by colons, a numeric one's range in brackets.
 */
function categoricalFeatures(sections: TextSections, header: DocumentNode): number[] {
  const parameter = sections.parameters.get("categorical_feature")?.trim();
  if (parameter !== undefined && /^(\d+(,\d+)*)?$/.test(parameter))
    return parameter === "" ? [] : parameter.split(",").map(Number);
  const infos = header.optional("feature_infos")?.text().split(" ") ?? [];
  return infos.flatMap((info, column) => (info.startsWith("[") || info === "none" ? [] : [column]));
}

function pandasCategorical(text: string | undefined): DocumentNode | undefined {
  if (text === undefined) return undefined;
  try {
    const value = parseJson(text);
    return value === null ? undefined : new DocumentNode(value, name, "pandas_categorical");
  } catch (cause) {
    throw new ModelFormatError(name, "pandas_categorical", "expected JSON", { cause });
  }
}
