"""Writes the tables of this folder: the same rows, as pandas, polars and pyarrow write them.

Made with Python 3.11, pyarrow 26.0.1, polars 2.1.0, pandas 3.1.1.
"""

import datetime
import decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

table = pa.table(
    {
        "a": pa.array([1.5, None, 3.0]),
        "int": pa.array([1, 2, None], pa.int64()),
        "bool": pa.array([True, False, None]),
        "text": ["x", "a text of more than twelve letters", None],
        "large": pa.array(["x", "yy", "z"], pa.large_string()),
        "decimal": pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-3.10")], pa.decimal128(10, 2)),
        "time": pa.array([datetime.datetime(2024, 1, 2, 3, 4, 5), None, datetime.datetime(2024, 1, 2)], pa.timestamp("us")),
        "day": pa.array([datetime.date(2024, 1, 2), None, datetime.date(2020, 2, 29)]),
        "category": pa.array(["u", "v", "u"]).dictionary_encode(),
    }
)
for compression in [None, "lz4", "zstd"]:
    options = ipc.IpcWriteOptions(compression=compression)
    with ipc.new_stream(f"pyarrow-{compression or 'plain'}.arrows", table.schema, options=options) as writer:
        writer.write_table(table)
        writer.write_table(table)
    with ipc.new_file(f"pyarrow-{compression or 'plain'}.arrow", table.schema, options=options) as writer:
        writer.write_table(table)
        writer.write_table(table)
for compression in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
    pq.write_table(table, f"pyarrow-{compression}.parquet", compression=compression)
table.to_pandas().to_feather("pandas.feather")
frame = pl.from_arrow(table)
frame.write_ipc("polars.arrow")
frame.write_ipc("polars-lz4.arrow", compression="lz4")
frame.write_ipc_stream("polars.arrows")
frame.write_parquet("polars.parquet")
wide = pa.table({"a": pa.array([i % 7 / 8 for i in range(5000)]), "text": [f"row {i}" for i in range(5000)]})
with ipc.new_file("pyarrow-long-lz4.arrow", wide.schema, options=ipc.IpcWriteOptions(compression="lz4")) as writer:
    writer.write_table(wide, max_chunksize=2000)
with ipc.new_file("pyarrow-long-zstd.arrow", wide.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
    writer.write_table(wide, max_chunksize=2000)
for compression in ["gzip", "brotli", "lz4", "zstd"]:
    pq.write_table(wide, f"pyarrow-long-{compression}.parquet", compression=compression)
# Few bytes that stand for many rows.
bomb = pa.table({"a": pa.array([0.0] * 8_000_000)})
with ipc.new_stream("bomb.arrows", bomb.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
    writer.write_table(bomb)
print(pa.__version__, pl.__version__, pd.__version__)
