"""The service's own parts one by one, without HTTP, RQ and Redis: python parts.py ROWS.json

ROWS.json is what a client posts. Prints one JSON object: rows a second of the explainer alone, in batches, by the clock
(`explainerRowsPerSecond`), and the processor time of each part for 1,000 rows in milliseconds (`partsMs`). Needs what
tasks.py needs.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import shap
import tasks
import xgboost

BATCH_ROWS = 500
SECONDS = 3


def parts_of(text, results):
    """Runs every part once over all rows; adds its seconds of clock and of processor to `results`."""

    def timed(part, function, *arguments):
        clock, processor = time.perf_counter(), time.process_time()
        value = function(*arguments)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        results.setdefault(part, []).append((clock, processor))
        return value

    rows = timed("request JSON", json.loads, text)["rows"]
    values = []
    for start in range(0, len(rows), BATCH_ROWS):
        batch = timed("lists and arrays", lambda rows: np.array(rows, dtype=float), rows[start:start + BATCH_ROWS])
        answer = timed("explainer", tasks.explainer.shap_values, batch)
        values += timed("lists and arrays", answer.tolist)
    timed("answer JSON", json.dumps, {"base_value": 0.0, "values": values})
    return len(rows)


def main(path):
    text = path.read_text()
    parts_of(text, {})  # the first pass makes threads and caches
    results, rows, end = {}, 0, time.perf_counter() + SECONDS
    while rows == 0 or time.perf_counter() < end:
        rows += parts_of(text, results)
    clock, processor = ({part: sum(times[which] for times in all_times) for part, all_times in results.items()}
                        for which in (0, 1))
    print(json.dumps({
        "xgboost": xgboost.__version__,
        "shap": shap.__version__,
        "explainerRowsPerSecond": rows / clock["explainer"],
        "partsMs": {part: 1e6 * seconds / rows for part, seconds in processor.items()},
    }))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
