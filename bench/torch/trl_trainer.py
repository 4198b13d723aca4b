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


class CheckedTrainer(GRPOTrainer):
    """Refuses to train on anything but full prompts and responses of the lengths asked for, or beside a reference model."""

    lengths: tuple[int, int]
    # Responses trained on so far, each as often as it was.
    trained_rows = 0

    def _compute_loss(self, model, inputs):
        for part, length in zip(["prompt", "completion"], self.lengths, strict=True):
            mask = inputs[f"{part}_mask"]
            if mask.shape[1] != length or not mask.all():
                raise ValueError(f"TRL trains on a {part} of {mask.sum(1).tolist()} of {mask.shape[1]} tokens, not {length}")
        if self.ref_model is not None or "ref_per_token_logps" in inputs:
            raise ValueError("TRL computes a reference model, and ours does not")
        self.trained_rows += len(inputs["advantages"])
        return super()._compute_loss(model, inputs)


def lora_config(rank: int, alpha: float, targets: list[str]):
    from peft import LoraConfig

    return LoraConfig(r=rank, lora_alpha=alpha, target_modules=targets, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM")


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
    lora: dict | None = None,
) -> CheckedTrainer:
    """
    Prompts are token ids, all of one length. `micro_rows` responses are trained on at a time (default: all), with one optimizer step a
    batch. `lora` (rank, alpha, targets) trains adapters in place of the weights.
    """
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
    trainer = CheckedTrainer(
        model=llama(shape),
        reward_funcs=lambda completions, **_: torch.rand(len(completions), generator=rng).tolist(),
        args=config,
        train_dataset=Dataset.from_dict({"prompt": words}),
        processing_class=tokenizer,
        callbacks=[callback],
        peft_config=lora_config(**lora) if lora else None,
    )
    trainer.lengths = (len(prompts[0]), new)
    trainer.remove_callback(PrinterCallback)
    return trainer
