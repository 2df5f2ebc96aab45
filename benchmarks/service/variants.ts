import type { Variant } from "./python-service.js";

const usual: Variant = {
  name: "",
  worker: "simple",
  xgboost: "newest",
  threads: "one",
  background: false,
  share: 1,
};

/**
 * The ways the Python service is run. Half a CPU, as on Render's starter plan, is one thread. A forking worker with all
 * threads is not among them: a fork of a process that has run OpenMP's threads waits for them for ever.
 */
export const variants: Variant[] = [
  { ...usual, name: "simple worker" },
  { ...usual, name: "forking worker", worker: "fork" },
  { ...usual, name: "simple worker, all threads", threads: "all" },
  { ...usual, name: "simple worker", xgboost: "pip's" },
  { ...usual, name: "forking worker", xgboost: "pip's", worker: "fork" },
  { ...usual, name: "simple worker, all threads", xgboost: "pip's", threads: "all" },
  {
    ...usual,
    name: "rq worker as it comes",
    xgboost: "pip's",
    worker: "rq worker",
    share: 0.1,
  },
  { ...usual, name: "100 background rows, simple worker", background: true, share: 0.1 },
];

export const titleOf = (variant: Variant): string => `${variant.xgboost} XGBoost, ${variant.name}`;
