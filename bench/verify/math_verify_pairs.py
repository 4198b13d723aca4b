"""Judges pairs with Math-Verify: {warmUp, pairs} as JSON on stdin, {ms, equal, importSeconds} on stdout.

A pair is {gold, response, config?}. Without a config its defaults hold and the gold answer is put between dollars, as its
documentation advises for LaTeX; with one (the fields of a case's `config`) both texts are taken as they are. Needs
math-verify[antlr4_13_2]==0.9.0.
"""

import json
import logging
import sys
import time

start = time.perf_counter()
from math_verify import (  # noqa: E402
    ExprExtractionConfig,
    LatexExtractionConfig,
    StringExtractionConfig,
    parse,
    verify,
)

import_seconds = time.perf_counter() - start
logging.disable(logging.CRITICAL)


def targets(config: dict) -> list:
    makers = {
        "latex": lambda: LatexExtractionConfig(boxed_match_priority=config["boxed_match_priority"]),
        "expr": ExprExtractionConfig,
        "string": StringExtractionConfig,
    }
    return [makers[name]() for name in config["extract"]]


def judge(pair: dict) -> bool:
    config = pair.get("config")
    if config is None:
        return verify(parse(f"${pair['gold']}$"), parse(pair["response"]))
    wanted = targets(config)
    return verify(
        parse(pair["gold"], wanted),
        parse(pair["response"], wanted),
        float_rounding=config["precision"],
        strict=config["strict"],
        allow_set_relation_comp=config["allow_set_relation_comp"],
    )


def main() -> None:
    given = json.load(sys.stdin)
    for pair in given["warmUp"]:
        judge(pair)
    ms, equal = [], []
    for pair in given["pairs"]:
        begun = time.perf_counter()
        equal.append(judge(pair))
        ms.append((time.perf_counter() - begun) * 1000)
    json.dump({"ms": ms, "equal": equal, "importSeconds": import_seconds}, sys.stdout)


main()
