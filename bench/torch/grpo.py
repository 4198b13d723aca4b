"""TRL's GRPOTrainer without vLLM: seconds a step (generate, reward, one update), random model, random rewards."""

import statistics
import tempfile
import time

import torch
from common import GRPO, SHAPES, arguments, emit, llama, note
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer


def word_tokenizer(vocab: int) -> PreTrainedTokenizerFast:
    inner = Tokenizer(models.WordLevel({f"t{i}": i for i in range(vocab)}, unk_token="t0"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="t0", bos_token="t1", eos_token="t2")


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

    def prompt() -> str:
        return " ".join(f"t{int(i)}" for i in torch.randint(3, vocab, (work["prompt"],), generator=rng))

    steps = rounds + 1
    rows = work["prompts"] * work["responses"]
    with tempfile.TemporaryDirectory() as folder:
        config = GRPOConfig(
            output_dir=folder,
            use_cpu=True,
            per_device_train_batch_size=rows,
            num_generations=work["responses"],
            max_completion_length=work["new"],
            generation_kwargs={"min_new_tokens": work["new"]},
            temperature=1.0,
            beta=0.0,
            learning_rate=1e-6,
            max_steps=steps,
            save_strategy="no",
            report_to=[],
            logging_steps=10_000,
            disable_tqdm=True,
            gradient_checkpointing=False,
            bf16=False,
            optim="adamw_torch_fused",
        )
        clock = Clock()
        trainer = GRPOTrainer(
            model=llama(name),
            reward_funcs=lambda completions, **_: torch.rand(len(completions), generator=rng).tolist(),
            args=config,
            train_dataset=Dataset.from_dict({"prompt": [prompt() for _ in range(work["prompts"] * steps)]}),
            processing_class=word_tokenizer(vocab),
            callbacks=[clock],
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
