"""Python shap's kernel and permutation values at a budget. Reads a case as JSON on stdin, writes runs as JSON."""

import json
import sys

import numpy as np
import shap


def products(rows):
    x = rows.T
    total = np.zeros(len(rows))
    for j in range(12):
        total += x[j] * x[(j + 1) % 12] + (x[j] * x[(j + 3) % 12] * x[(j + 5) % 12]) * (0.5 if j % 2 else -0.3)
    return total


def steps(rows):
    x = rows.T
    total = np.zeros(len(rows))
    for j in range(12):
        total += np.where(x[j] > 0, np.where(x[(j + 1) % 12] > 0.5, 3.0, -1.0), np.where(x[(j + 5) % 12] > -0.5, j, -2.0))
    return total


def additive(rows):
    return rows @ np.arange(12.0) + rows[:, 0] * rows[:, 1] * rows[:, 2] * rows[:, 3]


case = json.load(sys.stdin)
model = {"products": products, "steps": steps, "additive": additive}[case["game"]]
background, rows, budget = np.array(case["background"]), np.array(case["rows"]), case["budget"]


def permutation(seed):
    explainer = shap.PermutationExplainer(model, shap.maskers.Independent(background), seed=seed)
    return explainer(rows, max_evals=budget, silent=True).values


def kernel(seed, **options):
    np.random.seed(seed)
    return shap.KernelExplainer(model, background).shap_values(rows, nsamples=budget - 2, silent=True, **options)


runs = {
    "permutation": [permutation(seed).tolist() for seed in range(case["seeds"])],
    "kernel": [kernel(seed, l1_reg=False).tolist() for seed in range(case["seeds"])],
    "kernel, shap's default": [kernel(seed).tolist() for seed in range(case["seeds"])],
}
json.dump({"shap": shap.__version__, "runs": runs}, sys.stdout)
