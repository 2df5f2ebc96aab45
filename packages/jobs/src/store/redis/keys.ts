/** Every key this service owns in Redis begins with this; Bull's begin with `bull:`. */
const PREFIX = "shap";

export const jobKey = (id: string): string => `${PREFIX}:job:${id}`;
/** Set of the chunks that are counted as done. */
export const doneKey = (id: string): string => `${PREFIX}:job:${id}:done`;
/** Hash of chunk number → blob. One key for all of a kind, so that one EXPIRE or UNLINK serves them all. */
export const blobsKey = (id: string, kind: "in" | "out"): string => `${PREFIX}:job:${id}:${kind}`;

/** Hash of chunk number → the runs that began it and did not end. */
export const runsKey = (id: string): string => `${PREFIX}:job:${id}:runs`;

/** Set of the jobs that have not ended. */
export const OPEN_JOBS_KEY = `${PREFIX}:jobs:open`;

export const idempotencyKey = (key: string): string => `${PREFIX}:idempotency:${key}`;

/** A worker's registration, and the set of all names. */
export const workerKey = (name: string): string => `${PREFIX}:worker:${name}`;
export const NAMES_KEY = `${PREFIX}:workers`;
export const SWEEP_LOCK_KEY = `${PREFIX}:workers:sweep`;

/** Hash of what is counted over all processes, and what one reporter told last (totals/). */
export const TOTALS_KEY = `${PREFIX}:totals`;
export const reporterKey = (reporter: string): string => `${PREFIX}:totals:of:${reporter}`;

/** Hash of caller → requests in one window of time. */
export const requestsKey = (window: number): string => `${PREFIX}:requests:${window}`;

/** Where every change of a job is told: the job's id. */
export const JOBS_CHANNEL = `${PREFIX}:jobs`;

/** All keys of a job, in the order the scripts take them. */
export const allJobKeys = (id: string): string[] => [
  jobKey(id),
  doneKey(id),
  blobsKey(id, "in"),
  blobsKey(id, "out"),
  runsKey(id),
];

/** Hash of a model's name → the record of its current upload. */
export const MODELS_KEY = `${PREFIX}:models`;
/** Hash of piece number → bytes of one uploaded file. Two names never share a key: each frees its own. */
export const modelFileKey = (name: string, sha256: string): string => `${PREFIX}:model:${name}:${sha256}`;
/** A file on its way in; begins with a dot, as no model's name does. */
export const arrivingFileKey = (id: string): string => `${PREFIX}:model:.arriving:${id}`;
/** Where changes of models are told: the model's name. */
export const MODELS_CHANNEL = `${PREFIX}:models:changed`;
