"""TRL's GRPOTrainer without vLLM on a random model: prompts as words, random rewards, one optimizer step a batch."""

import torch
from common import llama
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, PrinterCallback, TrainerCallback
from trl import GRPOConfig, GRPOTrainer


SPECIAL = ["<pad>", "<bos>", "<eos>"]


def word_of(token: int) -> str:
    return SPECIAL[token] if token < len(SPECIAL) else f"t{token}"


def word_tokenizer(vocab: int) -> PreTrainedTokenizerFast:
    """Token i is the word ti. Special tokens are looked for inside words too, so none may be a part of one."""
    pad, bos, eos = SPECIAL
    inner = Tokenizer(models.WordLevel({word_of(i): i for i in range(vocab)}, unk_token=pad))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, pad_token=pad, bos_token=bos, eos_token=eos)


def grpo_trainer(
    shape: str,
    vocab: int,
    prompts: list[list[int]],
    *,
    prompts_per_step: int,
    responses: int,
    new: int,
    steps: int,
    folder: str,
    callback: TrainerCallback,
    micro_rows: int | None = None,
) -> GRPOTrainer:
    """Prompts are token ids. `micro_rows` responses are trained on at a time (default: all), with one optimizer step a batch."""
    rows = prompts_per_step * responses
    micro_rows = micro_rows or rows
    rng = torch.Generator().manual_seed(1)
    config = GRPOConfig(
        output_dir=folder,
        use_cpu=True,
        per_device_train_batch_size=micro_rows,
        gradient_accumulation_steps=rows // micro_rows,
        num_generations=responses,
        max_completion_length=new,
        generation_kwargs={"min_new_tokens": new},
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
    tokenizer = word_tokenizer(vocab)
    words = [" ".join(map(word_of, prompt)) for prompt in prompts]
    if tokenizer(words)["input_ids"] != prompts:
        raise ValueError("the tokenizer makes other prompts than those that the measurement is about")
    trainer = GRPOTrainer(
        model=llama(shape),
        reward_funcs=lambda completions, **_: torch.rand(len(completions), generator=rng).tolist(),
        args=config,
        train_dataset=Dataset.from_dict({"prompt": words}),
        processing_class=tokenizer,
        callbacks=[callback],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer
