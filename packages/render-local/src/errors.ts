/** Something the user of render-local can mend: the message says what is wrong, where, and how to mend it. */
export class RenderLocalError extends Error {
  override readonly name = "RenderLocalError";
}

/** A request the API refuses, with the status Render documents for it. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
