"""Writes Parquet files of solved problems: the fixtures of src/data/parquet-records.test.ts, or one of any size to measure with.

python scripts/golden/parquet_problems.py fixtures src/data/testing
python scripts/golden/parquet_problems.py problems 200000 /tmp/problems.parquet

Needs pyarrow.
"""

import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq


def problem(i, rng):
    """A problem whose words differ enough from all others' to be no near-duplicate, with a solution of a few hundred words."""
    words = [rng.choice(WORDS) for _ in range(24)]
    a, b = rng.randrange(1000), rng.randrange(1000)
    question = f"{' '.join(words[:12])} takes {a} of {words[12]} and {b} of {words[13]}. How many {' '.join(words[14:18])} in all?"
    step = f"We note that {' '.join(words[18:])} and add up the parts. "
    solution = step * rng.randrange(4, 40) + f"So ${a} + {b} = \\boxed{{{a + b}}}$."
    return {"uuid": f"row-{i}", "problem": question, "solution": solution, "answer": str(a + b), "problem_type": rng.choice(TYPES)}


WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u") for c in ("lan", "rit", "mo", "ves", "ndu", "k")]
TYPES = ["Algebra", "Geometry", "Number Theory", "Combinatorics"]
SCHEMA = pa.schema([(name, pa.string()) for name in ("uuid", "problem", "solution", "answer", "problem_type", "generation")])


def problems(count, path):
    """`count` rows in one row group without a page index: pyarrow's own way of writing, and the hardest to read in parts."""
    rng = random.Random(1)
    # A column that nobody asked for, twice as large as the rest.
    rows = [{**row, "generation": row["solution"] * 2} for row in (problem(i, rng) for i in range(count))]
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), path, row_group_size=count)


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
    if sys.argv[1] == "fixtures":
        fixtures(sys.argv[2])
    else:
        problems(int(sys.argv[2]), sys.argv[3])
