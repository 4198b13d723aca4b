"""GRPO by TRL on the prompts of this folder, with the settings of the paper. Made for TRL 1.16.

python3 train.py arms/ra-rft                          on this machine
accelerate launch train.py arms/ra-rft --vllm         on several GPUs, sampling by vLLM
"""

import argparse
import json
import os

from datasets import load_dataset
from transformers import AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from reward import answer_reward

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "settings.json"), encoding="utf-8") as file:
    SETTINGS = json.load(file)


def arguments():
    trained = [folder for folder, arm in SETTINGS["arms"].items() if "train" in arm]
    parser = argparse.ArgumentParser(description="GRPO by TRL on the prompts of this folder.")
    parser.add_argument("arm", choices=trained, help="folder with the prompts")
    parser.add_argument("--model", default=SETTINGS["model"], help="the prompts were made for this one (default: %(default)s)")
    parser.add_argument("--output", default=None, help="folder of the checkpoints (default: checkpoints/<arm>)")
    parser.add_argument("--group-size", type=int, default=SETTINGS["group_size"], help="responses a prompt (default: %(default)s)")
    parser.add_argument("--prompts", type=int, default=128, help="prompts a step; not in the paper (default: %(default)s)")
    parser.add_argument("--epochs", type=float, default=1, help="passes over the prompts; not in the paper (default: %(default)s)")
    parser.add_argument("--max-steps", type=int, default=-1, help="steps, in place of passes")
    parser.add_argument("--learning-rate", type=float, default=SETTINGS["learning_rate"])
    parser.add_argument("--response-tokens", type=int, default=SETTINGS["max_response_tokens"], help="longest response (default: %(default)s)")
    parser.add_argument("--responses-at-once", type=int, default=1, help="responses in a forward pass of a device (default: %(default)s)")
    parser.add_argument("--eval-steps", type=int, default=20, help="0: no evaluation (default: %(default)s)")
    parser.add_argument("--eval-samples", type=int, default=SETTINGS["eval_samples"], help="responses to a test prompt (default: %(default)s)")
    parser.add_argument("--vllm", action="store_true", help="sample by vLLM on the same GPUs")
    parser.add_argument("--cpu", action="store_true", help="use no GPU")
    parser.add_argument("--report-to", default="none", help="tensorboard, wandb, trackio, ... (default: %(default)s)")
    return parser.parse_args()


def rows(path):
    """The rows of a file; one that is a conversation is given to the model's own chat template by TRL."""
    kind = "json" if path.endswith(".jsonl") else "parquet"
    return load_dataset(kind, data_files=os.path.join(HERE, path), split="train")


def config(options, arm, evaluates):
    processes = int(os.environ.get("WORLD_SIZE", 1))
    at_once = options.responses_at_once * processes
    batch = options.prompts * options.group_size
    if batch % at_once:
        raise SystemExit(f"{batch} responses a step cannot be dealt to {processes} processes by {options.responses_at_once}")
    longest = SETTINGS["max_prompt_tokens"] + options.response_tokens
    evaluation = {
        "eval_strategy": "steps",
        "eval_steps": options.eval_steps,
        "num_generations_eval": options.eval_samples,
        "per_device_eval_batch_size": options.eval_samples,
    }
    return GRPOConfig(
        output_dir=options.output or os.path.join(HERE, "checkpoints", options.arm.replace("/", "-")),
        # The paper.
        num_generations=options.group_size,
        learning_rate=options.learning_rate,
        beta=0.0,  # no KL
        max_completion_length=options.response_tokens,
        temperature=SETTINGS["temperature"],
        # The recipe of the arm.
        **arm["grpo"],
        # One update with all of a batch: on policy.
        per_device_train_batch_size=options.responses_at_once,
        gradient_accumulation_steps=batch // at_once,
        num_iterations=1,
        lr_scheduler_type="constant",
        num_train_epochs=options.epochs,
        max_steps=options.max_steps,
        gradient_checkpointing=True,
        bf16=not options.cpu,
        use_cpu=options.cpu,
        chat_template_kwargs=SETTINGS["chat_template_kwargs"],
        use_vllm=options.vllm,
        vllm_mode="colocate",
        vllm_max_model_length=longest if options.vllm else None,
        logging_steps=1,
        save_steps=20,
        report_to=options.report_to,
        **(evaluation if evaluates else {}),
    )


def main():
    options = arguments()
    arm = SETTINGS["arms"][options.arm]
    evaluates = options.eval_steps > 0 and "test" in arm
    tokenizer = AutoTokenizer.from_pretrained(options.model, padding_side="left")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    trainer = GRPOTrainer(
        model=options.model,
        reward_funcs=answer_reward,
        args=config(options, arm, evaluates),
        train_dataset=rows(arm["train"]),
        eval_dataset=rows(arm["test"]) if evaluates else None,
        processing_class=tokenizer,
    )
    trainer.train()
    trainer.save_model()


if __name__ == "__main__":
    main()
