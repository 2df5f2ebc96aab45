/** What a column holds that a model's feature cannot be. */
export const noFeature = (what: string): Error =>
  new Error(
    `it holds ${what}, and a feature is a number; send it as numbers, in the unit the model was trained with`,
  );
