"""Shapes, models and clocks shared by the peers' benchmarks. Shapes are those of `npm run bench -- engine`."""

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

SHAPES = json.loads((Path(__file__).parent.parent / "shapes.json").read_text())

# One group of the shared-prompt measurement, and one round of sampling.
GROUP = dict(responses=8, prompt=256, response=128)
SAMPLE = dict(prompt=128, new=128)
# Whole GRPO steps: prompts, responses a prompt, prompt length, new tokens.
GRPO = {"3m": dict(prompts=8, responses=8, prompt=128, new=64), "135m": dict(prompts=4, responses=8, prompt=128, new=64)}


TCMALLOC = [
    "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4",
    "/usr/lib/aarch64-linux-gnu/libtcmalloc_minimal.so.4",
    "/usr/lib64/libtcmalloc_minimal.so.4",
]


def tcmalloc() -> str | None:
    """The allocator that saves PyTorch page faults, where it is installed."""
    return next((path for path in TCMALLOC if Path(path).exists()), None)


def with_tcmalloc() -> None:
    """Starts this program again with tcmalloc, where that is installed and not loaded yet."""
    library = tcmalloc()
    if library is None:
        note("libtcmalloc is not installed: PyTorch runs without it")
    elif library not in os.environ.get("LD_PRELOAD", ""):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "LD_PRELOAD": library})


def arguments(description: str, shapes: list[str]) -> argparse.Namespace:
    """--smoke makes everything tiny, to see that it runs; its numbers mean nothing."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--shapes", nargs="*", default=shapes)
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds; the median counts")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args()
    if args.smoke:
        args.rounds = 1
        for shape in SHAPES.values():
            shape.update(layers=1, rows=2, length=16, vocab=min(shape["vocab"], 512))
        GROUP.update(responses=2, prompt=16, response=8)
        SAMPLE.update(prompt=16, new=4)
        for step in GRPO.values():
            step.update(prompts=2, responses=4, prompt=16, new=4)
    return args


def llama_config(name: str):
    from transformers import LlamaConfig

    s = SHAPES[name]
    return LlamaConfig(
        vocab_size=s["vocab"],
        hidden_size=s["hidden"],
        num_hidden_layers=s["layers"],
        num_attention_heads=s["heads"],
        num_key_value_heads=s["kvHeads"],
        head_dim=s["headDim"],
        intermediate_size=s["ffn"],
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )


def llama(name: str, attention: str = "sdpa"):
    """A random model of the shape in float32."""
    import torch
    from transformers import LlamaForCausalLM

    torch.manual_seed(0)
    return LlamaForCausalLM._from_config(llama_config(name), attn_implementation=attention, dtype=torch.float32)


def median_seconds(work: Callable[[], object], rounds: int) -> float:
    """Median time of `rounds` calls after one that warms up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def emit(measures: list[tuple[str, float, str]]) -> None:
    """The result, as the last line of standard output."""
    print(json.dumps([{"measure": m, "value": float(f"{v:.5g}"), "unit": u} for m, v, u in measures]))


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
