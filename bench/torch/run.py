"""Runs every peer, as installed and with tcmalloc, and writes one JSON list of {measure, value, unit} each.

    python bench/torch/run.py OUTPUT_FOLDER [--smoke] [--only NAME ...]

Needs the packages of requirements.txt; libtcmalloc (Debian: libtcmalloc-minimal4) is optional. A peer whose packages are missing,
or that fails, is reported and left out. One after another, so that no two measure at the same time.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from common import tcmalloc

HERE = Path(__file__).parent
SCRIPTS = {"torch": ["train.py", "sample.py"], "llama-cpp": ["llama_cpp_sample.py"], "trl": ["grpo.py"]}


def run(script: str, flags: list[str], preload: str | None) -> list[dict]:
    env = {**os.environ, "TOKENIZERS_PARALLELISM": "false"}
    if preload:
        env["LD_PRELOAD"] = preload
    done = subprocess.run([sys.executable, HERE / script, *flags], env=env, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, to see that everything runs")
    parser.add_argument("--only", nargs="*", choices=list(SCRIPTS), default=list(SCRIPTS))
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    flags = ["--smoke"] if args.smoke else []
    preload = tcmalloc()
    if preload is None:
        print("libtcmalloc is not installed: peers run as installed only", file=sys.stderr)
    failed = []
    for peer in args.only:
        for variant, library in [("", None), *([("-tcmalloc", preload)] if preload and peer != "llama-cpp" else [])]:
            measures = []
            for script in SCRIPTS[peer]:
                start = time.perf_counter()
                print(f"{peer}{variant}: {script}", file=sys.stderr, flush=True)
                try:
                    measures += run(script, flags, library)
                except (subprocess.CalledProcessError, json.JSONDecodeError) as error:
                    failed.append(f"{peer}{variant} {script}")
                    print(f"  failed: {error}", file=sys.stderr)
                print(f"  {time.perf_counter() - start:.0f} s", file=sys.stderr)
            if measures:
                (args.output / f"{peer}{variant}.json").write_text(json.dumps(measures, indent=1) + "\n")
    if failed:
        sys.exit(f"left out: {', '.join(failed)}")


main()
