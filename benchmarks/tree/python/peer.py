"""One peer explaining one case, as a process that answers commands: python peer.py PEER FOLDER CASE.json

Reads JSON lines on standard input, `{"rows": N, "values": FILE or null}`, explains the first N rows once and answers
`{"seconds": s}`; the first line it prints is `{"version": v}` when it is ready. One thread each: the caller sets
OMP_NUM_THREADS and its like, and every peer is told so where it takes an option. What a peer prepares once
(explainer, parsed model) is made before it is ready and is not timed; what it does anew for every call is.
"""

import json
import sys
import time
import typing
from pathlib import Path

import numpy as np
import typing_extensions

# shapiq 1.8 asks for Python 3.12 only for names that typing_extensions has; fasttreeshap 0.1.6 calls a function that
# NumPy 2 took out, in its plots alone.
for name in ("override", "TypeIs", "ReadOnly"):
    if not hasattr(typing, name):
        setattr(typing, name, getattr(typing_extensions, name))
if not hasattr(np, "obj2sctype"):
    np.obj2sctype = lambda dtype: np.float64 if dtype is np.floating else np.dtype(dtype).type

FEATURES = 30


def xgboost_booster(path):
    import xgboost

    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(path.with_suffix(".json"))
    booster.set_param({"nthread": 1})
    return booster


def xgboost_classifier(path):
    import xgboost

    model = xgboost.XGBClassifier(n_jobs=1)
    model.load_model(path.with_suffix(".json"))
    return model


def load(case, path):
    """The model in the form that Python peers take."""
    library = case["model"]["library"]
    if library == "xgboost":
        return xgboost_classifier(path)
    if library == "lightgbm":
        import lightgbm

        return lightgbm.Booster(model_file=str(path.with_suffix(".txt")))
    if library == "forest":
        import pickle

        return pickle.loads(path.with_suffix(".pickle").read_bytes())
    raise SystemExit(f"no Python peer takes {library}")


def native_xgboost(case, path, rows, background):
    import xgboost

    booster = xgboost_booster(path)
    option = "pred_interactions" if case["mode"] == "interactions" else "pred_contribs"

    def explain(count):
        values = booster.predict(xgboost.DMatrix(rows[:count], nthread=1), **{option: True})
        return values[:, :-1, :-1] if case["mode"] == "interactions" else values[:, :-1]

    return xgboost.__version__, explain


def native_lightgbm(case, path, rows, background):
    import lightgbm

    booster = lightgbm.Booster(model_file=str(path.with_suffix(".txt")))
    return lightgbm.__version__, lambda count: booster.predict(rows[:count], pred_contrib=True, num_threads=1)[:, :-1]


def native_catboost(case, path, rows, background):
    import catboost

    model = catboost.CatBoost()
    model.load_model(str(path.with_suffix(".cbm")))
    pools = {}

    def explain(count):
        pool = pools.setdefault(count, catboost.Pool(rows[:count]))
        return model.get_feature_importance(pool, type="ShapValues", thread_count=1)[:, :-1]

    return catboost.__version__, explain


def python_shap(case, path, rows, background):
    import shap

    if case["mode"] == "interventional":
        # TreeExplainer would cut the background to 100 rows without this.
        masker = shap.maskers.Independent(background, max_samples=len(background))
        explainer = shap.TreeExplainer(load(case, path), masker, feature_perturbation="interventional")
    else:
        explainer = shap.TreeExplainer(load(case, path))
    return shap.__version__, lambda count: explainer.shap_values(rows[:count], check_additivity=False)


def tree_dictionary(model):
    """A model as shap reads it, in the dictionary form that shap and its descendants take."""
    import shap

    names = ["children_left", "children_right", "children_default", "features", "thresholds", "values",
             "node_sample_weight"]
    ensemble = shap.TreeExplainer(model).model
    return {"trees": [{name: getattr(tree, name) for name in names} for tree in ensemble.trees],
            "base_offset": ensemble.base_offset, "input_dtype": np.float32, "internal_dtype": np.float32,
            "tree_output": "log_odds", "objective": "binary_crossentropy"}


def fasttreeshap_v2(case, path, rows, background):
    import fasttreeshap

    model = load(case, path)
    if case["model"]["library"] == "xgboost":
        model = tree_dictionary(model)  # it reads only XGBoost's old binary format by itself
    explainer = fasttreeshap.TreeExplainer(model, algorithm="v2", n_jobs=1)
    return fasttreeshap.__version__, lambda count: explainer.shap_values(rows[:count], check_additivity=False)


def shapiq_tree(case, path, rows, background):
    import shapiq

    explainer = shapiq.TreeExplainer(model=load(case, path), max_order=1, min_order=1, index="SV")

    def explain(count):
        # explain_X is shapiq's own way to explain many rows.
        values = np.zeros((count, FEATURES))
        for index, result in enumerate(explainer.explain_X(rows[:count], n_jobs=1)):
            for features, value in result.dict_values.items():
                if len(features) == 1:
                    values[index, features[0]] = value
        return values

    return shapiq.__version__, explain


def woodelf(case, path, rows, background):
    import importlib.metadata

    import pandas
    from woodelf import WoodelfExplainer

    names = [f"f{index}" for index in range(FEATURES)]
    frame = pandas.DataFrame(rows, columns=names)
    data = pandas.DataFrame(background, columns=names) if case["mode"] == "interventional" else None
    model = load(case, path)
    explainer = WoodelfExplainer(model, data=data)
    version = importlib.metadata.version("woodelf-explainer")
    return version, lambda count: np.asarray(explainer.shap_values(frame[:count], verbose=False))


def rust_treeshap(case, path, rows, background):
    import treeshap

    if case["model"]["library"] == "lightgbm":
        model = treeshap.TreeEnsemble.from_file(str(path.with_suffix(".txt")), "lgbm")
    else:
        # It expects default_left as booleans, which XGBoost wrote as numbers since 1.6.
        document = json.loads(path.with_suffix(".json").read_text())
        for tree in document["learner"]["gradient_booster"]["model"]["trees"]:
            tree["default_left"] = [bool(flag) for flag in tree["default_left"]]
        parameters = document["learner"]["learner_model_param"]
        parameters["base_score"] = parameters["base_score"].strip("[]")
        copy = path.with_suffix(".treeshap.json")
        copy.write_text(json.dumps(document))
        model = treeshap.TreeEnsemble.from_file(str(copy), "xgboost")
    explainer = treeshap.ShapExplainer(model)
    return treeshap.__version__, lambda count: explainer.explain(rows[:count]).shap_values


PEERS = {
    "xgboost": native_xgboost, "lightgbm": native_lightgbm, "catboost": native_catboost, "shap": python_shap,
    "fasttreeshap v2": fasttreeshap_v2, "shapiq": shapiq_tree, "woodelf": woodelf, "treeshap (Rust)": rust_treeshap,
}


def main(peer, folder, case):
    rows = np.fromfile(folder / "rows.f64").reshape(-1, FEATURES)
    background = np.fromfile(folder / "background.f64").reshape(-1, FEATURES)[: case.get("background", 0)]
    try:
        version, explain = PEERS[peer](case, folder / case["model"]["name"], rows, background)
    except Exception as error:  # a peer that cannot take the model says so, and the run goes on
        print(json.dumps({"refused": f"{type(error).__name__}: {error}"[:300]}), flush=True)
        return
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        start = time.perf_counter()
        try:
            values = explain(command["rows"])
        except Exception as error:
            print(json.dumps({"refused": f"{type(error).__name__}: {error}"[:300]}), flush=True)
            return
        seconds = time.perf_counter() - start
        if command.get("values"):
            np.asarray(values, dtype=np.float64).reshape(command["rows"], -1).tofile(command["values"])
        print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
