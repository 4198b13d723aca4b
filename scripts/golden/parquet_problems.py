"""Writes the Parquet fixtures of src/data/parquet-records.test.ts.

python scripts/golden/parquet_problems.py src/data/testing

Needs pyarrow.
"""

import sys

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


if __name__ == "__main__":
    fixtures(sys.argv[1])
