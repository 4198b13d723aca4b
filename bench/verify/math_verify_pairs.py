"""Judges pairs with Math-Verify and its defaults: {warmUp, pairs} as JSON on stdin, {ms, equal, importSeconds} on stdout.

A pair is [gold, response]; the gold answer is put between dollars, as its documentation advises for LaTeX. Needs
math-verify[antlr4_13_2]==0.9.0.
"""

import json
import logging
import sys
import time

start = time.perf_counter()
from math_verify import parse, verify  # noqa: E402

import_seconds = time.perf_counter() - start
logging.disable(logging.CRITICAL)


def judge(gold: str, response: str) -> bool:
    return verify(parse(f"${gold}$"), parse(response))


def main() -> None:
    given = json.load(sys.stdin)
    for gold, response in given["warmUp"]:
        judge(gold, response)
    ms, equal = [], []
    for gold, response in given["pairs"]:
        begun = time.perf_counter()
        equal.append(judge(gold, response))
        ms.append((time.perf_counter() - begun) * 1000)
    json.dump({"ms": ms, "equal": equal, "importSeconds": import_seconds}, sys.stdout)


main()
