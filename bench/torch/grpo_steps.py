"""TRL's side of `npm run bench -- rl`: one GRPO step for every line of input.

The first line is the work as JSON (bench/rl/work.ts). After a step that warms up it prints {"ready": true}, then for every empty line
makes a step and prints its seconds: whole, sample (generation) and update (all else). Runs with tcmalloc where that is installed.
"""

import json
import os
import sys
import tempfile
import time
import warnings

from common import SHAPES, peak_gigabytes, with_tcmalloc

with_tcmalloc()
warnings.filterwarnings("ignore", category=FutureWarning)
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Answers alone go to standard output, whatever the packages print.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch  # noqa: E402
from transformers import TrainerCallback  # noqa: E402
from trl_trainer import grpo_trainer  # noqa: E402


def answer(value: dict) -> None:
    print(json.dumps(value), file=answers, flush=True)


class Turns(TrainerCallback):
    """Waits for a line before every step but the first, and answers how long the step took."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.sample = 0.0
        self.warm = False

    def on_step_begin(self, *_, **__) -> None:
        if self.warm and not sys.stdin.readline():
            sys.exit(0)
        self.sample = 0.0
        self.start = time.perf_counter()

    def on_step_end(self, *_, **__) -> None:
        whole = time.perf_counter() - self.start
        if self.trainer.trained_rows != self.rows:
            raise ValueError(f"TRL made an update of {self.trainer.trained_rows} responses, not one of {self.rows}")
        self.trainer.trained_rows = 0
        update = whole - self.sample
        seconds = {"whole": whole, "sample": self.sample, "update": update, "peakGb": peak_gigabytes()}
        answer(seconds if self.warm else {"ready": True})
        self.warm = True

    def watch(self, trainer) -> None:
        self.trainer = trainer
        trainer._generate = self.timed(trainer._generate)

    def timed(self, generate):
        def run(*args, **more):
            start = time.perf_counter()
            result = generate(*args, **more)
            self.sample += time.perf_counter() - start
            return result

        return run


def main() -> None:
    work = json.loads(sys.stdin.readline())
    SHAPES["work"] = work["shape"]
    turns = Turns(work["promptsPerStep"] * work["responses"])
    with tempfile.TemporaryDirectory() as folder:
        trainer = grpo_trainer(
            "work",
            work["shape"]["vocab"],
            work["prompts"],
            prompts_per_step=work["promptsPerStep"],
            responses=work["responses"],
            new=work["new"],
            steps=work["steps"],
            folder=folder,
            callback=turns,
            micro_rows=work["microRows"],
            lora=work.get("lora"),
        )
        turns.watch(trainer)
        trained = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
        if trained != work["trained"]:
            raise ValueError(f"TRL trains {trained} numbers, ours {work['trained']}")
        torch.set_num_threads(work["threads"])
        trainer.train()


main()
