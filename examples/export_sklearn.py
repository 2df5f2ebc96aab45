"""Writes a fitted scikit-learn model as JSON that shap-core reads, every number exact.

From Python:

    from export_sklearn import export
    export(model, "model.json")

or from a shell, for a model stored with joblib or pickle (open only files you trust):

    python export_sklearn.py model.joblib model.json

Trees become the tree dictionary of Python's shap (children_left, thresholds, values, node_sample_weight, ...), with
feature names, class names, link and categories beside it; linear models become coefficients and intercepts.

Exported: decision trees, extra trees, random forests (regression, several targets, classification), gradient boosting
and histogram gradient boosting (regression, binary, multi-class, missing values, categories), isolation forests, and
every linear model with `coef_` and `intercept_`. Anything else is refused with the reason. For a pipeline export its
last step, and give shap-core the rows as the steps before it make them.

Needs scikit-learn 1.3 or later and numpy.
"""

import json
import sys

import numpy as np
from sklearn import ensemble, linear_model, tree
from sklearn.base import is_classifier


def export(model, path=None, feature_names=None):
    """Returns the model as a dictionary of plain values; writes it as JSON where `path` is given."""
    if isinstance(model, (tree.DecisionTreeRegressor, tree.DecisionTreeClassifier)):
        document = averaged_trees(model, [model])
    elif isinstance(
        model,
        (
            ensemble.RandomForestRegressor,
            ensemble.RandomForestClassifier,
            ensemble.ExtraTreesRegressor,
            ensemble.ExtraTreesClassifier,
        ),
    ):
        document = averaged_trees(model, model.estimators_)
    elif isinstance(model, (ensemble.GradientBoostingRegressor, ensemble.GradientBoostingClassifier)):
        document = gradient_boosting(model)
    elif isinstance(
        model, (ensemble.HistGradientBoostingRegressor, ensemble.HistGradientBoostingClassifier)
    ):
        document = hist_gradient_boosting(model)
    elif isinstance(model, ensemble.IsolationForest):
        document = isolation_forest(model)
    elif hasattr(model, "coef_") and hasattr(model, "intercept_"):
        document = linear(model)
    else:
        raise TypeError(
            f"{type(model).__name__} is not exported; export a tree ensemble, an isolation forest or a linear "
            "model (of a pipeline or a search: its last step or best_estimator_)"
        )
    names = feature_names if feature_names is not None else getattr(model, "feature_names_in_", None)
    if names is None:
        names = [f"f{i}" for i in range(model.n_features_in_)]
    document["feature_names"] = [str(name) for name in names]
    if path is not None:
        with open(path, "w", encoding="utf-8") as file:
            # repr of a float is exact; a bare Infinity (a split on "is missing") is read as what it says.
            json.dump(document, file, separators=(",", ":"))
    return document


def class_names(model):
    return [str(name) for name in model.classes_]


# --- Trees of sklearn.tree: rows are rounded to float32, then compared with a float64 threshold -----------------------


def sklearn_tree(fitted, values, features=None):
    """One `tree_`; `values` is nodes × outputs. `features` renumbers the columns a tree was grown on."""
    left, right = fitted.children_left, fitted.children_right
    is_leaf = left < 0
    feature = np.where(is_leaf, 0, fitted.feature)
    if features is not None:
        feature = np.asarray(features)[feature]
    default = np.where(fitted.missing_go_to_left, left, right)
    return {
        "children_left": left.tolist(),
        "children_right": right.tolist(),
        "children_default": np.where(is_leaf, -1, default).tolist(),
        "features": np.where(is_leaf, -2, feature).tolist(),
        "thresholds": fitted.threshold.tolist(),
        "values": values.tolist(),
        "node_sample_weight": fitted.weighted_n_node_samples.tolist(),
    }


def averaged_trees(model, estimators):
    if is_classifier(model):
        if model.n_outputs_ > 1:
            raise TypeError("A classifier of several targets is not exported; fit one a target")
        values = [class_shares(estimator.tree_.value[:, 0, :]) for estimator in estimators]
        output_names = class_names(model)
    else:
        values = [estimator.tree_.value[:, :, 0] for estimator in estimators]
        targets = values[0].shape[1]
        output_names = ["output"] if targets == 1 else [f"target_{k}" for k in range(targets)]
    return {
        "trees": [sklearn_tree(e.tree_, v / len(estimators)) for e, v in zip(estimators, values)],
        "base_offset": 0.0,
        "tree_output": "probability" if is_classifier(model) else "raw_value",
        "input_dtype": "float32",
        "objective": model.criterion,
        "output_names": output_names,
    }


def class_shares(value):
    """The share of each class in each node (before scikit-learn 1.3 the counts are stored)."""
    return value / value.sum(axis=1, keepdims=True)


def gradient_boosting(model):
    if isinstance(model.init_, str) or type(model.init_).__name__ in ("DummyRegressor", "DummyClassifier"):
        base = model._raw_predict_init(np.zeros((1, model.n_features_in_), dtype=np.float32))[0]
    else:
        raise TypeError("Gradient boosting from an `init` estimator is not exported: its start differs by row")
    rounds, outputs = model.estimators_.shape
    trees = [
        sklearn_tree(model.estimators_[r, k].tree_, model.estimators_[r, k].tree_.value[:, 0, :] * model.learning_rate)
        for r in range(rounds)
        for k in range(outputs)
    ]
    document = boosted(model, trees, base, outputs)
    if model.loss == "exponential":
        document["link_scale"] = 2
    document["input_dtype"] = "float32"
    return document


def boosted(model, trees, base, outputs):
    """One tree an output and round; a classifier of two classes has one output, the second class's log-odds."""
    if is_classifier(model):
        names = class_names(model)
        output_names = names[1:] if outputs == 1 else names
        link = "logit" if outputs == 1 else "softmax"
    else:
        output_names = ["output"]
        link = "log" if model.loss in ("poisson", "gamma") else "identity"
    return {
        "trees": trees,
        "tree_outputs": list(range(outputs)) * (len(trees) // outputs),
        "base_offset": [float(b) for b in np.ravel(base)],
        "tree_output": "log_odds" if is_classifier(model) else "raw_value",
        "link": link,
        "objective": model.loss,
        "output_names": output_names,
    }


# --- Histogram gradient boosting: float64 rows, missing values and categories -----------------------------------------


def hist_gradient_boosting(model):
    columns, codes, category_names = hist_columns(model)
    known, index_of = model._bin_mapper.make_known_categories_bitsets()
    trees = []
    for predictors in model._predictors:
        for predictor in predictors:
            trees.append(hist_tree(predictor, columns, codes, known, index_of))
    document = boosted(model, trees, model._baseline_prediction, len(model._predictors[0]))
    document["input_dtype"] = "float64"
    if any(names is not None for names in category_names):
        document["category_names"] = category_names
    return document


def hist_columns(model):
    """Which of the user's columns the model's column i is, and for a categorical one which code its ordinals have.

    The model encodes categorical columns as ordinals and moves them to the front. Here a column of whole numbers keeps
    its numbers as codes; any other column's codes are the ordinals, and their names go into the file.
    """
    count = model.n_features_in_
    category_names = [None] * count
    preprocessor = getattr(model, "_preprocessor", None)
    if preprocessor is None:
        return list(range(count)), {}, category_names
    encoder, is_categorical = preprocessor.transformers_[0][1], model.is_categorical_
    # model.is_categorical_ is in the model's own order; the encoder's mask is in the user's.
    mask = np.asarray(preprocessor.transformers_[0][2])
    if mask.dtype != bool or mask.sum() != np.sum(is_categorical):
        raise TypeError("This version of scikit-learn lays its categories out in a way that is not known")
    columns = np.flatnonzero(mask).tolist() + np.flatnonzero(~mask).tolist()
    codes = {}
    for i, values in enumerate(encoder.categories_):
        values = [value for value in values.tolist() if value is not None and value == value]
        if all(isinstance(v, (int, float)) and v >= 0 and v == int(v) and v < 2**20 for v in values):
            codes[i] = [int(v) for v in values]
        elif all(isinstance(v, str) for v in values):
            codes[i] = list(range(len(values)))
            category_names[columns[i]] = values
        else:
            raise TypeError(
                f"Column {columns[i]}: categories are exported where all are text or all are whole numbers from 0"
            )
    return columns, codes, category_names


def hist_tree(predictor, columns, codes, known, index_of):
    nodes = predictor.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    left = np.where(is_leaf, -1, nodes["left"].astype(np.int64))
    right = np.where(is_leaf, -1, nodes["right"].astype(np.int64))
    default = np.where(nodes["missing_go_to_left"].astype(bool), left, right)
    features = np.where(is_leaf, -2, np.asarray(columns)[nodes["feature_idx"]])
    categories = [None] * len(nodes)
    for i in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~is_leaf):
        column = int(nodes["feature_idx"][i])
        code_of = codes.get(column) or range(256)
        go_left = bits(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][i]])
        all_known = bits(known[index_of[column]])
        # A category the model does not know goes where missing values go, a code outside of a set goes right: so
        # where missing values go left, the set holds the categories that go right, and the children change sides.
        if nodes["missing_go_to_left"][i]:
            left[i], right[i] = right[i], left[i]
            go_left = all_known - go_left
        categories[i] = sorted(code_of[ordinal] for ordinal in go_left if ordinal < len(code_of))
    exported = {
        "children_left": left.tolist(),
        "children_right": right.tolist(),
        "children_default": np.where(is_leaf, -1, default).tolist(),
        "features": features.tolist(),
        "thresholds": nodes["num_threshold"].tolist(),
        "values": [[value] for value in nodes["value"].tolist()],
        "node_sample_weight": nodes["count"].astype(float).tolist(),
    }
    if any(codes_of is not None for codes_of in categories):
        exported["categories"] = categories
    return exported


def bits(words):
    return {32 * w + b for w, word in enumerate(words.tolist()) for b in range(32) if (word >> b) & 1}


# --- Isolation forests: the raw output is the average depth at which a row is alone -----------------------------------


def isolation_forest(model):
    trees = [
        sklearn_tree(e.tree_, leaf_depths(e.tree_)[:, None] / len(model.estimators_), features)
        for e, features in zip(model.estimators_, model.estimators_features_)
    ]
    return {
        "trees": trees,
        "base_offset": 0.0,
        "tree_output": "raw_value",
        "input_dtype": "float32",
        "objective": "isolation_forest",
        "link": "isolation",
        "expected_depth": average_path_length(model.max_samples_),
        "output_names": ["depth"],
    }


def leaf_depths(fitted):
    """A leaf's depth, and the depth expected below it had its rows been split on."""
    depth = np.zeros(fitted.node_count)
    for i in range(fitted.node_count):  # A parent stands before its children.
        for child in (fitted.children_left[i], fitted.children_right[i]):
            if child >= 0:
                depth[child] = depth[i] + 1
    expected = np.array([average_path_length(int(n)) for n in fitted.n_node_samples])
    return np.where(fitted.children_left < 0, depth + expected, 0.0)


def average_path_length(n):
    """Average depth of an unsuccessful search in a binary tree of n rows (Liu, Ting & Zhou 2008, equation 1)."""
    if n <= 1:
        return 0.0
    if n == 2:
        return 1.0
    return float(2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n)


# --- Linear models ----------------------------------------------------------------------------------------------------


def linear(model):
    coefficients = model.coef_.toarray() if hasattr(model.coef_, "toarray") else model.coef_
    coefficients = np.atleast_2d(np.asarray(coefficients, dtype=float))
    outputs = coefficients.shape[0]
    intercept = np.ravel(model.intercept_).astype(float)
    if intercept.size == 1:
        intercept = np.full(outputs, intercept[0])
    if is_classifier(model):
        names = class_names(model)
        output_names = names[1:] if outputs == 1 else names
    else:
        output_names = ["output"] if outputs == 1 else [f"target_{k}" for k in range(outputs)]
    link = linear_link(model, outputs)
    check_linear(model, coefficients, intercept, link)
    return {
        "coefficients": coefficients.tolist(),
        "intercept": intercept.tolist(),
        "link": link,
        "objective": type(model).__name__,
        "output_names": output_names,
    }


def linear_link(model, outputs):
    """What makes predictions of the sums: the inverse of this link."""
    if is_classifier(model):
        return ("logit" if outputs == 1 else "softmax") if hasattr(model, "predict_proba") else "identity"
    if isinstance(model, (linear_model.PoissonRegressor, linear_model.GammaRegressor)):
        return "log"
    if isinstance(model, linear_model.TweedieRegressor):
        return "log" if model.link == "log" or (model.link == "auto" and model.power > 0) else "identity"
    return "identity"


def check_linear(model, coefficients, intercept, link):
    """Not every model with coefficients is their sum (PLS centres, one-vs-rest normalises): it must say the same."""
    rows = np.random.default_rng(0).normal(size=(16, coefficients.shape[1]))
    sums = rows @ coefficients.T + intercept
    if link == "softmax":
        ours = np.exp(sums - sums.max(axis=1, keepdims=True))
        ours, theirs = ours / ours.sum(axis=1, keepdims=True), model.predict_proba(rows)
    elif link == "logit":
        ours, theirs = 1 / (1 + np.exp(-sums[:, 0])), model.predict_proba(rows)[:, 1]
    elif is_classifier(model):
        ours, theirs = sums, model.decision_function(rows)
    else:
        ours, theirs = np.exp(sums) if link == "log" else sums, model.predict(rows)
    if np.size(ours) != np.size(theirs) or not np.allclose(np.ravel(ours), np.ravel(theirs), rtol=1e-9, atol=1e-12):
        raise TypeError(f"{type(model).__name__} is not a weighted sum with the link {link}, and is not exported")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python export_sklearn.py MODEL.joblib MODEL.json")
    import joblib

    export(joblib.load(sys.argv[1]), sys.argv[2])
