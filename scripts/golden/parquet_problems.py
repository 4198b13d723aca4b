"""Writes the Parquet fixtures of src/data/parquet-records.test.ts.

python scripts/golden/parquet_problems.py src/data/testing

Needs pyarrow.
"""

import sys
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq


def fixtures(folder):
    question = [f"What is {i} + {i}?" for i in range(500)]
    meta = [{"answer": None if i == 3 else str(2 * i)} for i in range(500)]
    columns = {"question": question, "level": list(range(500)), "meta": meta, "tags": [["a", "b"]] * 500}
    table = pa.table(columns)
    pq.write_table(table, f"{folder}/groups.parquet", row_group_size=200, compression="zstd", write_statistics=False)
    pages = {"row_group_size": 500, "data_page_size": 256, "write_batch_size": 16, "write_statistics": False}
    pq.write_table(table.drop(["tags"]), f"{folder}/pages.parquet", use_dictionary=["level"], **pages)
    text = pa.StringArray.from_buffers(2, pa.py_buffer(bytes([0, 0, 0, 0, 4, 0, 0, 0, 6, 0, 0, 0])), pa.py_buffer(b"fine\xff\xfe"))
    pq.write_table(pa.table({"question": text, "answer": ["1", "2"]}), f"{folder}/invalid-text.parquet")
    numbers(folder)
    matharena(folder)


def matharena(folder):
    """Columns and types of the MathArena data sets on the Hub (hmmt_feb_2025, brumo_2025, aime_2025), with problems of our own."""
    columns = {
        "problem_idx": pa.array([1, 2, 3], pa.int64()),
        "problem": ["Compute $2^5$.", "Compute $\\frac{1}{2}+\\frac{1}{3}$.", "How many sides has a square?"],
        "answer": ["32", "\\frac{5}{6}", "4"],
        "problem_type": pa.array([["Number Theory", "Algebra"], ["Algebra"], []], pa.list_(pa.string())),
    }
    pq.write_table(pa.table(columns), f"{folder}/matharena.parquet")


def numbers(folder):
    """Numbers that a double does not hold, or does not give back as they were written."""
    exact = pa.struct([("answer", pa.decimal128(38, 2))])
    columns = {
        "question": ["first", "second", "third"],
        "int64": pa.array([9007199254740993, None, -9223372036854775808], pa.int64()),
        "uint64": pa.array([18446744073709551615, None, 9007199254740993], pa.uint64()),
        "decimal": pa.array([Decimal("1.10"), None, Decimal("-123456789012345678901234567.89")], pa.decimal128(38, 2)),
        "small": pa.array([Decimal("0.3"), Decimal("1.0"), Decimal("-12.5")], pa.decimal128(5, 1)),
        "whole": pa.array([Decimal("123456789012345678901234567890"), Decimal(0), None], pa.decimal128(38, 0)),
        "float": pa.array([0.1, 1.5, None], pa.float32()),
        "meta": pa.array([{"answer": Decimal("2.50")}, None, {"answer": Decimal("-0.05")}], exact),
    }
    pq.write_table(pa.table(columns), f"{folder}/numbers.parquet")
    pq.write_table(pa.table(columns), f"{folder}/numbers-as-integers.parquet", store_decimal_as_integer=True)


if __name__ == "__main__":
    fixtures(sys.argv[1])
