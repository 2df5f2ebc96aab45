"""What the worker does. Importing it loads the model and makes the explainer, once.

MODEL is the model file; BACKGROUND, where set, a CSV of rows to compare with (interventional values).
"""

import os

import numpy as np
import pandas as pd
import shap
import xgboost


def load_explainer():
    model = xgboost.XGBClassifier()
    model.load_model(os.environ["MODEL"])
    if "BACKGROUND" in os.environ:
        return shap.TreeExplainer(model, pd.read_csv(os.environ["BACKGROUND"]))
    return shap.TreeExplainer(model)


explainer = load_explainer()


def explain(rows):
    """SHAP values of one batch: rows of numbers, None where one is missing."""
    values = explainer.shap_values(np.array(rows, dtype=float))
    return {"base_value": float(explainer.expected_value), "values": values.tolist()}
