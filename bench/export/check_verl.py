"""Opens exports with verl's own data set, prompt builder, configuration and reward manager.

    npx tsx bench/export/save-exports.ts OUTPUT_FOLDER
    python bench/export/check_verl.py OUTPUT_FOLDER        # verl 0.9.1, math-verify 0.9.0; see docs/export.md

Every prompt must be the very tokens of the run, every option of a launch script one that verl knows, and the reward function must
give 1 and 0 through verl's reward manager.
"""

import asyncio
import json
import os
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
import verl.trainer
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from tensordict import TensorDict
from transformers import AutoTokenizer
from verl import DataProto
from verl.trainer.ppo.reward import load_reward_manager
from verl.utils.config import omega_conf_to_dataclass, validate_config
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn
from verl.utils.tokenizer.continuous_token_wiring import create_continuous_token_builder

from common import Compared, cases, rows_of

HERE = Path(__file__).parent


def main() -> None:
    print(f"verl {version('verl')}, datasets {version('datasets')}, transformers {version('transformers')}")
    with initialize_config_dir(str(Path(verl.trainer.__path__[0], "config").resolve()), version_base=None):
        for name, expected, export in cases("verl"):
            settings = json.loads((export / "settings.json").read_text())
            configs = {script.parent.name: config_of(script) for script in sorted(export.glob("arms/*/train.sh"))}
            compared = Compared(expected)
            for path in rows_of(export):
                check_rows(path, configs[path.parent.name], compared)
            prompts = compared.all_there()
            for config in configs.values():
                check_config(config, settings)
            check_reward(configs["ra-rft" if "ra-rft" in configs else "two"])
            print(f"{name}/{export.name}: {prompts} prompts token for token, {len(configs)} scripts, reward 1 and 0")


def config_of(script: Path):
    """The configuration that verl makes of a launch script's arguments."""
    environment = {**os.environ, "PYTHON": str(HERE / "print_arguments.py"), "NODES": "1", "GPUS": "2", "PROMPTS": "4"}
    printed = subprocess.run(["bash", script], env=environment, check=True, capture_output=True, text=True).stdout
    module, *options = json.loads(printed)[1:]
    assert module == "verl.trainer.main_ppo", module
    return compose("ppo_trainer", overrides=options)


def check_rows(path: Path, config, compared: Compared) -> None:
    tokenizer = AutoTokenizer.from_pretrained(config.actor_rollout_ref.model.path)
    if config.actor_rollout_ref.model.custom_chat_template is not None:
        tokenizer.chat_template = config.actor_rollout_ref.model.custom_chat_template
    kwargs = OmegaConf.to_container(config.data.apply_chat_template_kwargs)
    rows = data_set(path, tokenizer, config)
    builder = create_continuous_token_builder(tokenizer, chat_template_kwargs=kwargs)
    for row in rows:
        info = row["extra_info"]
        tokens = builder.build_initial_tokens(row["raw_prompt"], tools=None)
        key = " ".join([info["arm"], info["split"], info["problem_id"], *info["trace_ids"]])
        compared.add(key, tokens)
        assert len(tokens) <= config.data.max_prompt_length
        assert row["index"] == info["index"] and row["reward_model"]["style"] == "rule"
    batch = collate_fn([rows[0], rows[1]])
    assert DataProto.from_single_dict(batch).non_tensor_batch["data_source"].shape == (2,)


def data_set(path, tokenizer, config) -> RLHFDataset:
    data = OmegaConf.to_container(config.data, resolve=True) | {"cache_dir": tempfile.mkdtemp()}
    return RLHFDataset(str(path), tokenizer, OmegaConf.create(data))


def check_config(config, settings) -> None:
    validate_config(config=config, use_reference_policy=False, use_critic=False)
    actor = omega_conf_to_dataclass(config.actor_rollout_ref.actor)
    assert actor.optim.lr == settings["learning_rate"] == 1e-6 and not actor.use_kl_loss
    assert config.actor_rollout_ref.rollout.n == settings["group_size"] == 16
    assert config.data.max_response_length == settings["max_response_tokens"] == 32768
    assert not config.algorithm.use_kl_in_reward and config.algorithm.adv_estimator == "grpo"
    omega_conf_to_dataclass(config.algorithm)
    omega_conf_to_dataclass(config.actor_rollout_ref.rollout)


def check_reward(config) -> None:
    """A right and a wrong response through verl's own reward manager, as a rollout would give them to it."""
    tokenizer = AutoTokenizer.from_pretrained(config.actor_rollout_ref.model.path)
    manager = load_reward_manager(config, tokenizer)
    row = data_set(config.data.train_files, tokenizer, config)[0]
    gold = row["reward_model"]["ground_truth"]
    for text, reward in ((f"So it is \\boxed{{{gold}.0}}", 1.0), ("So it is \\boxed{99999}", 0.0), ("I do not know.", 0.0)):
        # Thinking that the prompt opens is closed first; elsewhere the tag is of no account.
        ids = torch.tensor([tokenizer.encode("</think>\n" + text, add_special_tokens=False)])
        item = DataProto.from_single_dict(collate_fn([row]))
        item.batch = TensorDict({"responses": ids, "attention_mask": torch.ones_like(ids)}, batch_size=[1])
        result = manager.loop.run_until_complete(manager.run_single(item))
        assert result["reward_score"] == reward, (text, result)
        assert result["reward_extra_info"] == {"score": reward, "acc": reward, "unverified": 0.0}, result


if __name__ == "__main__":
    asyncio.set_event_loop(asyncio.new_event_loop())
    main()
