import { ShapeError, UnsupportedModelError } from "../errors.js";
import type { Matrix } from "../model/matrix.js";
import { type Rows, toMatrix } from "../model/rows.js";
import type { TreeEnsemble } from "../model/tree-ensemble.js";
import { backgroundCover } from "./background-cover.js";

/** What `createExplainer` takes for a tree ensemble. */
export interface TreeExplainerOptions {
  /** Rows that stand for "feature unknown". All of them are used, however many. */
  readonly background?: Rows;
  /**
   * `interventional`: an unknown feature takes its values from the background rows, whatever the known ones are.
   * `tree_path_dependent`: it follows the share of training rows (of background rows where they are given) at each
   * split. Default `auto`: interventional with a background, else path-dependent.
   */
  readonly perturbation?: "auto" | "interventional" | "tree_path_dependent";
  /**
   * What is explained. `raw` (default): the margin. `probability` and `log_loss` (with the labels given to `explain`)
   * need a background: interventional values of the margin, rescaled for each background row as shap does.
   */
  readonly output?: "raw" | "probability" | "log_loss";
  /** Saabas's values instead of Shapley values (shap's `approximate`): quick, and unfair to features near the root. */
  readonly approximate?: boolean;
  /** The most bytes that compiled tables may take. Default 64 MB (64 · 2²⁰). */
  readonly maxTableBytes?: number;
  /** Which inner loops run; default `auto`: WebAssembly SIMD where the engine has it, else the slower plain ones. */
  readonly kernel?: "auto" | "wasm-simd" | "plain";
}

/** What the options come to for one model. */
export type TreeGame =
  | { readonly kind: "path-dependent"; readonly cover: Float64Array }
  | { readonly kind: "saabas"; readonly cover: Float64Array }
  | { readonly kind: "interventional"; readonly background: Matrix }
  | { readonly kind: "probability" | "log_loss"; readonly background: Matrix };

export const DEFAULT_TABLE_BYTES = 64 * 2 ** 20;

/** @throws ShapeError, UnsupportedModelError where the options do not fit the model or each other */
export function gameOf(model: TreeEnsemble, options: TreeExplainerOptions): TreeGame {
  if (model.data.linearLeaves !== undefined) {
    throw new UnsupportedModelError(
      "The model's leaves are linear models (LightGBM's linear_tree), of which no tree algorithm gives exact values",
      'Train with linear_tree=False, or explain the model as a function: method "permutation" with a `background`',
    );
  }
  checkChoices(options);
  const { perturbation = "auto", output = "raw", approximate = false } = options;
  const background = options.background === undefined ? undefined : toMatrix(options.background, model);
  if (background?.rows === 0) throw new ShapeError("the background has no rows");
  const interventional =
    perturbation === "interventional" ||
    (perturbation === "auto" && background !== undefined && !approximate);

  if (!interventional) {
    if (output !== "raw") {
      throw new UnsupportedModelError(
        `Output "${output}" is explained interventionally only`,
        'Give `background` rows, or explain the output "raw"',
      );
    }
    const cover = background === undefined ? model.data.cover : backgroundCover(model, background);
    if (cover === undefined) {
      throw new UnsupportedModelError(
        `The model file tells no covers, which ${approximate ? "approximate values" : "tree_path_dependent"} need`,
        approximate
          ? "Give `background` rows, whose way through the trees tells them"
          : "Give `background` rows for interventional values",
      );
    }
    return { kind: approximate ? "saabas" : "path-dependent", cover };
  }
  if (approximate) {
    throw new UnsupportedModelError(
      "Approximate values are path-dependent",
      'Leave out `approximate`, or set perturbation to "tree_path_dependent"',
    );
  }
  if (background === undefined) throw new ShapeError("interventional values need `background` rows");
  return { kind: output === "raw" ? "interventional" : output, background };
}

function checkChoices(options: TreeExplainerOptions): void {
  const choices = {
    perturbation: ["auto", "interventional", "tree_path_dependent"],
    output: ["raw", "probability", "log_loss"],
    kernel: ["auto", "wasm-simd", "plain"],
  } as const;
  for (const name of ["perturbation", "output", "kernel"] as const) {
    const value = options[name];
    if (value !== undefined && !(choices[name] as readonly string[]).includes(value)) {
      throw new ShapeError(`${name} is ${JSON.stringify(value)}; it is one of ${choices[name].join(", ")}`);
    }
  }
  const bytes = options.maxTableBytes;
  if (bytes !== undefined && !(bytes >= 0)) {
    throw new ShapeError(`maxTableBytes is ${bytes}; it is a number of bytes, 0 for no tables`);
  }
}
