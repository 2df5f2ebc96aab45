"""Makes model.onnx, background.csv and rows.csv: a small neural network for the diabetes data of scikit-learn.

Run with scikit-learn 1.9 and skl2onnx:  python make.py
"""

from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_diabetes
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

here = Path(__file__).parent
data = load_diabetes(scaled=False)
features = data.data.astype(np.float32)
network = MLPRegressor(hidden_layer_sizes=(16, 8), alpha=1.0, max_iter=4000, random_state=1)
model = make_pipeline(StandardScaler(), network).fit(features, data.target)

onnx = to_onnx(model, features[:1], target_opset=17)
(here / "model.onnx").write_bytes(onnx.SerializeToString())


def write(name, rows):
    np.savetxt(here / name, rows, delimiter=",", header=",".join(data.feature_names), comments="", fmt="%.7g")


write("background.csv", features[:100])
write("rows.csv", features[200:205])
