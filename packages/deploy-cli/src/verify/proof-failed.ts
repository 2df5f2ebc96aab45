/** A proof that does not hold, with what was seen. */
export class ProofFailed extends Error {
  override name = "ProofFailed";
  constructor(
    message: string,
    readonly facts: readonly string[] = [],
  ) {
    super(message);
  }
}
