"""The ratio table, as Markdown: ours against every peer, from the JSON of `npm run bench -- engine` and of run.py.

    python bench/torch/ratios.py OURS.json PEERS_FOLDER

A ratio above 1 means that we are faster, whichever way the measure counts.
"""

import json
import sys
from pathlib import Path

PEERS = ["torch", "torch-tcmalloc", "llama-cpp", "trl", "trl-tcmalloc"]


def load(path: Path) -> dict[str, dict]:
    return {entry["measure"]: entry for entry in json.loads(path.read_text())}


def ratio(ours: dict, theirs: dict) -> float:
    faster_is_less = ours["unit"] == "s" or ours["unit"] == "GB"
    return theirs["value"] / ours["value"] if faster_is_less else ours["value"] / theirs["value"]


def main() -> None:
    ours = load(Path(sys.argv[1]))
    folder = Path(sys.argv[2])
    peers = {name: load(folder / f"{name}.json") for name in PEERS if (folder / f"{name}.json").exists()}
    print("| measure | ours | " + " | ".join(peers) + " |")
    print("| --- | --- | " + " | ".join("---" for _ in peers) + " |")
    for measure, own in ours.items():
        if not any(measure in measures for measures in peers.values()):
            continue
        cells = []
        for measures in peers.values():
            theirs = measures.get(measure)
            cells.append(f"{theirs['value']:g} (**{ratio(own, theirs):.2f}x**)" if theirs else "")
        print(f"| {measure} ({own['unit']}) | {own['value']:g} | " + " | ".join(cells) + " |")


main()
