import { ModelFormatError, UnsupportedModelError } from "../../errors.js";
import type { Model } from "../../model/model.js";
import type { Content } from "../content.js";
import { DocumentNode } from "../document.js";
import { featureNamesOf } from "../feature-names.js";
import type { Format, ReadOptions } from "../format.js";
import { followGraph, type Value } from "./graph.js";
import { graphInputs } from "./inputs.js";
import { modelSchema } from "./schema.js";
import { modelOf, type Scores } from "./scores.js";
import { decodeMessage } from "./wire.js";

/**
 * ONNX, as skl2onnx and onnxmltools write tree ensembles and linear models: the ensemble itself, with what stands
 * around it (casts, scaling, post-transforms, the labels). A graph that is more than that is refused.
 *
 * ONNX keeps most numbers in float32: predictions equal those of ONNX Runtime, and the original library's to about
 * 1e-6. Most exporters write no covers, so that explanations need background rows.
 */
export const onnx = {
  name: "onnx",
  title: "ONNX",
  recognises: (content) => {
    const bytes = content.bytes;
    // A ModelProto begins with ir_version, a small number, and goes on with one of its other fields.
    return bytes !== undefined && bytes[0] === 0x08 && bytes[1]! < 0x80 && MODEL_TAGS.has(bytes[2]!);
  },
  read: readOnnx,
} as const satisfies Format;

const MODEL_TAGS = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]);

function readOnnx(content: Content, options: ReadOptions): Model {
  const { bytes } = content;
  if (bytes === undefined)
    throw new ModelFormatError("onnx", "", "expected the bytes of the file (Uint8Array)");
  const document = new DocumentNode(decodeMessage(bytes, modelSchema, "onnx"), "onnx");
  const graph = document.get("graph");
  const inputs = graphInputs(graph, options);
  const values = followGraph(graph, inputs);
  const scores = outputScores(graph, values);
  const producer = [document.optional("producer_name"), document.optional("producer_version")]
    .map((text) => text?.text() ?? "")
    .filter((text) => text !== "");
  return modelOf(
    scores,
    featureNamesOf(undefined, inputs.features, {
      ...options,
      featureNames: options.featureNames ?? inputs.names,
    }),
    {
      format: "onnx",
      version: producer.length > 0 ? producer.join(" ") : undefined,
    },
  );
}

/** The scores among the graph's outputs; any other output may only be the predicted class. */
function outputScores(graph: DocumentNode, values: ReadonlyMap<string, Value>): Scores {
  const outputs = graph.get("output").items();
  let found: Scores | undefined;
  for (const output of outputs) {
    const value =
      values.get(output.get("name").text()) ?? output.fail("expected an output that a node makes");
    if (value.kind === "unknown") throw unread(value.operator.name, value.operator.node.path);
    if (value.kind === "label") continue;
    if (value.kind !== "scores" && value.kind !== "part")
      return output.fail("expected the scores of a tree ensemble or a linear model");
    if (found !== undefined && found.sums !== value.scores.sums)
      throw new UnsupportedModelError(
        "The ONNX graph has the scores of several models",
        "Export one model a file",
      );
    found = value.scores;
  }
  return found ?? graph.get("output").fail("expected an output with scores");
}

function unread(operator: string, path: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `The ONNX graph has the operator ${operator} (${path}), which is more than a tree ensemble or linear model with scaling`,
    "Export the last step of the pipeline alone, and give rows as the steps before it make them",
  );
}
