/** A model trained by train.py; the other fields are its parameters there. */
export interface ModelSpec {
  name: string;
  library: "xgboost" | "lightgbm" | "catboost" | "forest";
  depth?: number;
  leaves?: number;
  trees: number;
}

export interface Case {
  name: string;
  model: ModelSpec;
  mode: "path-dependent" | "interventional" | "interactions";
  /** Background rows, in interventional mode. */
  background?: number;
  /** Whether building the explainer counts, because the peer does that work in every call. */
  withCompile?: boolean;
  /** Each peer and how many times faster this project must be. */
  peers: Record<string, number>;
}

const xgboost = (depth: number, trees: number): ModelSpec => ({
  name: `xgboost-d${depth}-t${trees}`,
  library: "xgboost",
  depth,
  trees,
});

const lightgbm = (leaves: number, trees: number): ModelSpec => ({
  name: `lightgbm-l${leaves}-t${trees}`,
  library: "lightgbm",
  leaves,
  trees,
});

/** The goal beside every library that is no maker of the model. */
const others = { shapiq: 5, woodelf: 5, "fasttreeshap v2": 5, "treeshap (Rust)": 5 };

const pathDependent = (model: ModelSpec, peers: Record<string, number>): Case => ({
  name: model.name,
  model,
  mode: "path-dependent",
  peers,
});

export const cases: Case[] = [
  pathDependent(xgboost(6, 100), { xgboost: 30, ...others }),
  pathDependent(xgboost(6, 500), { xgboost: 30, ...others }),
  pathDependent(xgboost(3, 500), { xgboost: 50, ...others }),
  pathDependent(xgboost(8, 100), { xgboost: 15, ...others }),
  pathDependent(xgboost(10, 100), { xgboost: 3, ...others }),
  pathDependent(xgboost(12, 100), { xgboost: 3, ...others }),
  pathDependent(lightgbm(31, 200), { lightgbm: 15, ...others }),
  pathDependent(lightgbm(127, 200), { lightgbm: 15, ...others }),
  pathDependent({ name: "catboost-d6-t500", library: "catboost", depth: 6, trees: 500 }, { catboost: 2 }),
  pathDependent(
    { name: "forest-t100", library: "forest", trees: 100 },
    { shap: 10, shapiq: 5, woodelf: 5, "fasttreeshap v2": 5 },
  ),
  {
    name: "interventional-1,000-background",
    model: xgboost(6, 100),
    mode: "interventional",
    background: 1_000,
    peers: { shap: 1000 },
  },
  {
    name: "interventional-100,000-background",
    model: xgboost(6, 100),
    mode: "interventional",
    background: 100_000,
    withCompile: true,
    peers: { woodelf: 3 },
  },
  { name: "interactions-d6-t100", model: xgboost(6, 100), mode: "interactions", peers: { xgboost: 15 } },
];
