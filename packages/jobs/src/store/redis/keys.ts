/** Every key this service owns in Redis begins with this; Bull's begin with `bull:`. */
const PREFIX = "shap";

export const jobKey = (id: string): string => `${PREFIX}:job:${id}`;
/** Set of the chunks that are counted as done. */
export const doneKey = (id: string): string => `${PREFIX}:job:${id}:done`;
/** Hash of chunk number → blob. One key for all of a kind, so that one EXPIRE or UNLINK serves them all. */
export const blobsKey = (id: string, kind: "in" | "out"): string => `${PREFIX}:job:${id}:${kind}`;

/** All keys of a job, in the order the scripts take them. */
export const allJobKeys = (id: string): string[] => [
  jobKey(id),
  doneKey(id),
  blobsKey(id, "in"),
  blobsKey(id, "out"),
];
