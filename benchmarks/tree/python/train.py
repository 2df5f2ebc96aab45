"""Trains the benchmark models with the real libraries: python train.py FOLDER CASES.json

Writes FOLDER/<model>.{json,txt,cbm} for every model named in the cases, and the rows all of them share:
rows.f64 (explained) and background.f64, row-major float64, 30 features, 5 % missing values.
"""

import json
import sys
from pathlib import Path

import numpy as np

FEATURES, TRAINING_ROWS, EXPLAINED_ROWS, BACKGROUND_ROWS = 30, 10_000, 20_000, 100_000
SEED = 20260901


def draw(random, rows):
    """Rows with correlated, skewed and discrete columns, and a target with interactions and noise."""
    X = random.normal(size=(rows, FEATURES))
    X[:, 5:10] += 0.7 * X[:, :5]
    X[:, 10:15] = np.exp(X[:, 10:15] / 2)
    X[:, 15:20] = np.round(X[:, 15:20] * 3)
    margin = (X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 11] * (X[:, 3] > 0) + 0.3 * X[:, 16]
              + 0.5 * X[:, 20] * X[:, 21] + X[:, 22] * (X[:, 23] > 0.5) - np.abs(X[:, 25]) + random.normal(size=rows))
    X[random.random(X.shape) < 0.05] = np.nan
    return X, margin


def train_xgboost(path, X, margin, depth, trees):
    import xgboost

    data = xgboost.DMatrix(X, margin > np.median(margin), nthread=1)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": depth, "eta": 0.05, "min_child_weight": 1,
                             "tree_method": "hist", "nthread": 2, "seed": 1}, data, trees)
    booster.save_model(path.with_suffix(".json"))


def train_lightgbm(path, X, margin, leaves, trees):
    import lightgbm

    data = lightgbm.Dataset(X, margin > np.median(margin))
    booster = lightgbm.train({"objective": "binary", "num_leaves": leaves, "learning_rate": 0.05, "num_threads": 2,
                              "seed": 1, "verbosity": -1}, data, trees)
    booster.save_model(str(path.with_suffix(".txt")))


def train_catboost(path, X, margin, depth, trees):
    import catboost

    model = catboost.CatBoostClassifier(depth=depth, iterations=trees, thread_count=2, random_seed=1, verbose=False,
                                        allow_writing_files=False)
    model.fit(X, margin > np.median(margin))
    model.save_model(str(path.with_suffix(".json")), format="json")
    model.save_model(str(path.with_suffix(".cbm")))


def train_forest(path, X, margin, trees):
    """A random forest regressor of unlimited depth, with shap's own tree dictionary as the file."""
    import pickle

    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(trees, n_jobs=2, random_state=1).fit(X, margin)
    dictionaries = []
    for estimator in forest.estimators_:
        tree = estimator.tree_
        default = np.where(tree.missing_go_to_left, tree.children_left, tree.children_right)
        dictionaries.append({
            "children_left": tree.children_left.tolist(), "children_right": tree.children_right.tolist(),
            "children_default": default.tolist(), "features": tree.feature.tolist(),
            "thresholds": tree.threshold.tolist(), "values": (tree.value[:, :, 0] / trees).tolist(),
            "node_sample_weight": tree.weighted_n_node_samples.tolist(),
        })
    document = {"trees": dictionaries, "base_offset": 0, "tree_output": "raw_value", "objective": "squared_error",
                "input_dtype": "float32", "internal_dtype": "float64"}
    path.with_suffix(".json").write_text(json.dumps(document))
    path.with_suffix(".pickle").write_bytes(pickle.dumps(forest))


TRAINERS = {"xgboost": train_xgboost, "lightgbm": train_lightgbm, "catboost": train_catboost, "forest": train_forest}


def main(folder, cases):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    X, margin = draw(random, TRAINING_ROWS)
    draw(random, EXPLAINED_ROWS)[0].tofile(folder / "rows.f64")
    draw(random, BACKGROUND_ROWS)[0].tofile(folder / "background.f64")
    for model in {json.dumps(case["model"], sort_keys=True) for case in cases}:
        model = json.loads(model)
        path = folder / model.pop("name")
        print(f"training {path.name}", file=sys.stderr, flush=True)
        TRAINERS[model.pop("library")](path, X, margin, **model)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
