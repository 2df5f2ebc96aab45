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
# Kinds of columns that a reader loses digits of, if it is not careful.
second = 1_700_000_000
kinds = pa.table(
    {
        "int64": pa.array([2**63 - 1, None, -(2**53) - 1], pa.int64()),
        "uint64": pa.array([2**64 - 1, None, 2**53 + 1], pa.uint64()),
        "uint32": pa.array([2**32 - 1, None, 1], pa.uint32()),
        "float32": pa.array([0.1, None, 16777216], pa.float32()),
        "float64": pa.array([0.1, None, 1e300], pa.float64()),
        "short decimal": pa.array([decimal.Decimal("0.3"), None, decimal.Decimal("-12.0")], pa.decimal128(5, 1)),
        "decimal": pa.array([decimal.Decimal("0.30"), None, decimal.Decimal("-1234567890123.45")], pa.decimal128(18, 2)),
        "long decimal": pa.array([decimal.Decimal("12345678901234567890.1234"), None, decimal.Decimal("-0.0001")], pa.decimal128(30, 4)),
        "longest decimal": pa.array([decimal.Decimal("9" * 70 + ".5"), None, decimal.Decimal("-0.5")], pa.decimal256(72, 1)),
        "date": pa.array([datetime.date(2024, 1, 2), None, datetime.date(1969, 12, 31)], pa.date32()),
        "date64": pa.array([datetime.date(2024, 1, 2), None, datetime.date(1969, 12, 31)], pa.date64()),
        "time ms": pa.array([11_045_120, None, 0], pa.time32("ms")),
        "time us": pa.array([11_045_000_001, None, 0], pa.time64("us")),
        "time ns": pa.array([11_045_000_000_001, None, 0], pa.time64("ns")),
        "timestamp ms": pa.array([second * 10**3 + 120, None, -1], pa.timestamp("ms")),
        "timestamp us": pa.array([second * 10**6 + 123456, None, -1], pa.timestamp("us", "Europe/Vienna")),
        "timestamp ns": pa.array([second * 10**9 + 123456789, None, second * 10**9], pa.timestamp("ns")),
        "timestamp word": pa.array([second * 10**6 + 1, None, second * 10**6 + 1], pa.timestamp("us")).dictionary_encode(),
        "decimal word": pa.array([decimal.Decimal("0.30"), None, decimal.Decimal("0.30")], pa.decimal128(18, 2)).dictionary_encode(),
        "binary": pa.array([b"\x00\xff", None, b"a"]),
        "fixed binary": pa.array([b"\x00\xff", None, b"aa"], pa.binary(2)),
        "list": pa.array([[1], None, [2, 3]]),
    }
)
with ipc.new_stream("kinds.arrows", kinds.schema) as writer:
    writer.write_table(kinds)
pq.write_table(kinds, "kinds.parquet")
pq.write_table(kinds, "kinds-plain.parquet", use_dictionary=False, store_decimal_as_integer=True)
pq.write_table(kinds.select(["timestamp ms", "timestamp ns"]), "kinds-int96.parquet", use_deprecated_int96_timestamps=True)
# Few bytes that stand for many rows.
bomb = pa.table({"a": pa.array([0.0] * 8_000_000)})
with ipc.new_stream("bomb.arrows", bomb.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
    writer.write_table(bomb)
print(pa.__version__, pl.__version__, pd.__version__)
