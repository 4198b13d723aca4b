"""TRL's GRPOTrainer without vLLM: seconds a step (generate, reward, one update), random model, random rewards."""

import statistics
import tempfile
import time

import torch
from common import GRPO, SHAPES, arguments, emit, note
from transformers import TrainerCallback
from trl_trainer import grpo_trainer


class Clock(TrainerCallback):
    def __init__(self) -> None:
        self.times: list[float] = []

    def on_step_begin(self, *_, **__) -> None:
        self.start = time.perf_counter()

    def on_step_end(self, *_, **__) -> None:
        self.times.append(time.perf_counter() - self.start)


def step_seconds(name: str, rounds: int, threads: int) -> float:
    work = GRPO[name]
    vocab = SHAPES[name]["vocab"]
    rng = torch.Generator().manual_seed(1)
    steps = rounds + 1
    prompts = torch.randint(3, vocab, (work["prompts"] * steps, work["prompt"]), generator=rng).tolist()
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = grpo_trainer(
            name,
            vocab,
            prompts,
            prompts_per_step=work["prompts"],
            responses=work["responses"],
            new=work["new"],
            steps=steps,
            folder=folder,
            callback=clock,
        )
        torch.set_num_threads(threads)
        trainer.train()
    return statistics.median(clock.times[1:])


def main() -> None:
    args = arguments(__doc__, ["3m", "135m"])
    measures = []
    for name in args.shapes:
        seconds = step_seconds(name, 1 if name == "135m" else args.rounds, args.threads)
        measures.append((f"grpo_step_{name}_s", seconds, "s"))
        note(f"{name}: GRPO step {seconds:.2f} s")
    emit(measures)


main()
