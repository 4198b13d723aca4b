"""Opens exports with `datasets` and TRL's GRPOTrainer, and trains a step of one.

    npx tsx bench/export/save-exports.ts OUTPUT_FOLDER
    python bench/export/check_trl.py OUTPUT_FOLDER         # trl 1.16.0, math-verify 0.9.0; see docs/export.md

Every prompt must be the very tokens of the run when GRPOTrainer makes them, and train.py of the export must train.
"""

import importlib
import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from transformers import AutoTokenizer
from trl import GRPOTrainer

from common import Compared, cases, rows_of

SMALL = ["--cpu", "--group-size=2", "--prompts=2", "--max-steps=1", "--response-tokens=8", "--eval-samples=2"]


def main() -> None:
    print(f"trl {version('trl')}, datasets {version('datasets')}, transformers {version('transformers')}")
    for name, expected, export in cases("trl"):
        settings = json.loads((export / "settings.json").read_text())
        train, reward = modules_of(export)
        compared = Compared(expected)
        tokenizer = AutoTokenizer.from_pretrained(settings["model"], padding_side="left")
        for path in rows_of(export):
            rows = train.rows(str(path.relative_to(export)))
            trainer = trainer_of(train, reward, path.parent, rows, tokenizer)
            # The method by which the trainer makes the tokens that it samples after.
            prompt_ids, *_ = trainer._tokenize_prompts(list(rows["prompt"]))
            for row, tokens in zip(rows, prompt_ids, strict=True):
                compared.add(" ".join([row["arm"], row["split"], row["problem_id"], *row["trace_ids"]]), tokens)
        rewards = reward.answer_reward(
            prompts=list(rows["prompt"])[:2],
            completions=[f"</think> So it is \\boxed{{{rows[0]['answer']}.0}}", "</think> \\boxed{99999}"],
            **{column: list(rows[column])[:2] for column in rows.column_names if column != "prompt"},
        )
        assert rewards == [1.0, 0.0], rewards
        print(f"{name}/{export.name}: {compared.all_there()} prompts token for token, reward 1 and 0")
        if name in ("user-turn", "base-model") and export.name == "trl":
            trained_step(train, "arms/ra-rft")


def modules_of(export: Path):
    """train.py and reward.py of an export, as `python train.py` loads them."""
    sys.path.insert(0, str(export))
    try:
        for name in ("train", "reward"):
            sys.modules.pop(name, None)
        return importlib.import_module("train"), importlib.import_module("reward")
    finally:
        sys.path.pop(0)


def trainer_of(train, reward, arm: Path, rows, tokenizer) -> GRPOTrainer:
    folder = f"arms/{arm.name}"
    sys.argv = ["train.py", folder, *SMALL, f"--output={tempfile.mkdtemp()}"]
    options = train.arguments()
    arguments = train.config(options, train.SETTINGS["arms"][folder], False)
    paper = train.config(with_defaults(train, folder), train.SETTINGS["arms"][folder], True)
    assert (paper.num_generations, paper.learning_rate, paper.beta, paper.max_completion_length) == (16, 1e-6, 0, 32768)
    assert paper.num_generations_eval == 32 and paper.generation_batch_size == 16 * 128
    return GRPOTrainer(
        model=options.model, reward_funcs=reward.answer_reward, args=arguments, train_dataset=rows, processing_class=tokenizer
    )


def with_defaults(train, folder: str):
    sys.argv = ["train.py", folder, "--cpu"]
    return train.arguments()


def trained_step(train, folder: str) -> None:
    output = tempfile.mkdtemp()
    sys.argv = ["train.py", folder, *SMALL, "--eval-steps=1", f"--output={output}"]
    train.main()
    assert os.path.exists(os.path.join(output, "model.safetensors")), output
    print("  one step of GRPO and an evaluation by train.py")


if __name__ == "__main__":
    main()
