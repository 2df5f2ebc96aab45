/** Stable names of what can go wrong; programs branch on these, people read the message. */
export type ShapErrorCode = "MODEL_FORMAT" | "UNSUPPORTED_MODEL" | "SHAPE" | "ADDITIVITY";

/** The base of every error this library throws on purpose. */
export abstract class ShapError extends Error {
  abstract readonly code: ShapErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A model file that is broken or is not what it claims to be. */
export class ModelFormatError extends ShapError {
  readonly code = "MODEL_FORMAT";

  /**
   * @param format the format that was being read, for example `xgboost-json`
   * @param path where in the file, for example `learner.gradient_booster.model.trees[3].left_children[7]`
   * @param expected what should have stood there, and what did
   */
  constructor(
    readonly format: string,
    readonly path: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`${format}: ${path === "" ? "the file" : path}: ${expected}`, options);
  }
}

/** A sound model, or a sound wish, that this library does not serve; `remedy` says what would work. */
export class UnsupportedModelError extends ShapError {
  readonly code = "UNSUPPORTED_MODEL";

  constructor(
    readonly what: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${what}. ${remedy}`, options);
  }
}

/** Rows, names or options that do not fit the model. */
export class ShapeError extends ShapError {
  readonly code = "SHAPE";

  /**
   * @param where the place of the fault where one is known: zero-based row, and the column's name or index
   */
  constructor(
    message: string,
    readonly where: { row?: number; column?: string | number } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An explanation that does not add up to the prediction: its values are wrong, or are of other rows. */
export class AdditivityError extends ShapError {
  readonly code = "ADDITIVITY";

  constructor(
    readonly row: number,
    readonly output: string,
    readonly sum: number,
    readonly prediction: number,
    options?: ErrorOptions,
  ) {
    super(
      `row ${row}, output ${JSON.stringify(output)}: base value and values add up to ${sum}, the model gives ${prediction}`,
      options,
    );
  }
}
