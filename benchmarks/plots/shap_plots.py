"""Draws the mortgage example with Python's shap, from the same SHAP values as docs/plots.md.

    pip install shap matplotlib pandas && python benchmarks/plots/shap_plots.py OUT

`side-by-side.ts` then sets these pictures beside ours.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot
import numpy as np
import shap

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "mortgage"
OUT = Path(sys.argv[1])


def read_table(name):
    with open(EXAMPLE / name) as file:
        header = file.readline().strip().split(",")
        rows = [[float(cell) if cell else np.nan for cell in line.rstrip("\n").split(",")] for line in file]
    return header, np.array(rows)


def save(name, draw):
    pyplot.close("all")
    draw()
    pyplot.savefig(OUT / f"shap-{name}.png", dpi=110, bbox_inches="tight")
    print(f"shap-{name}.png")


names, data = read_table("sample.csv")
_, table = read_table("expected-shap.csv")
features = len(names)
explanation = shap.Explanation(
    values=table[:, :features], base_values=table[:, features], data=data, feature_names=names
)
base = explanation.base_values[0]

OUT.mkdir(parents=True, exist_ok=True)
save("waterfall", lambda: shap.plots.waterfall(explanation[1], show=False))
save("bar", lambda: shap.plots.bar(explanation, show=False))
save("bar-row", lambda: shap.plots.bar(explanation[1], show=False))
save("beeswarm", lambda: shap.plots.beeswarm(explanation, show=False))
save("violin", lambda: shap.plots.violin(explanation, max_display=12, show=False))
save("scatter", lambda: shap.plots.scatter(explanation[:, "loan_to_value"], color=explanation, show=False))
save(
    "scatter-missing",
    lambda: shap.plots.scatter(
        explanation[:, "savings_months"], color=explanation[:, "credit_score"], show=False
    ),
)
save("scatter-categories", lambda: shap.plots.scatter(explanation[:, "employment_type"], color=explanation, show=False))
save("heatmap", lambda: shap.plots.heatmap(explanation, show=False))
save(
    "decision",
    lambda: shap.plots.decision(
        base, explanation.values, feature_names=names, feature_display_range=slice(-1, -13, -1), show=False
    ),
)
save(
    "decision-rows",
    lambda: shap.plots.decision(
        base, explanation.values[:6], feature_names=names, feature_display_range=slice(-1, -13, -1), show=False
    ),
)
save(
    "force",
    lambda: shap.plots.force(
        base, explanation.values[1], data[1], feature_names=names, matplotlib=True, show=False
    ),
)
# Many rows: shap draws them with JavaScript in a browser.
many = shap.plots.force(base, explanation.values, data, feature_names=names)
shap.save_html(str(OUT / "shap-force-many.html"), many)
print("shap-force-many.html")
