"""What the checks of exports share: the folders that save-exports.ts has written, and the tokens that their prompts must be."""

import json
import sys
from pathlib import Path


def cases(target: str):
    """Every case with its exports for `target`: (name, expected tokens, export folder)."""
    output = Path(sys.argv[1])
    for folder in sorted(path for path in output.iterdir() if (path / "expected.json").exists()):
        expected = json.loads((folder / "expected.json").read_text())
        for export in sorted(folder.glob(f"{target}*")):
            yield folder.name, expected, export


def rows_of(export: Path):
    """The files with rows of an export."""
    return sorted(path for path in export.glob("arms/*/t*") if path.suffix in (".parquet", ".jsonl"))


class Compared:
    """Counts prompts that are the very tokens of the run; stops at the first that is not."""

    def __init__(self, expected: dict):
        self.expected = expected
        self.seen = set()

    def add(self, key: str, tokens: list) -> None:
        assert list(tokens) == self.expected[key], f"other tokens for {key}"
        self.seen.add(key)

    def all_there(self) -> int:
        missing = set(self.expected) - self.seen
        assert not missing, f"without a row: {sorted(missing)[:3]}"
        return len(self.seen)
