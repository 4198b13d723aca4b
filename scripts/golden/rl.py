"""Numbers for src/rl/conformance.test.ts: advantages, objectives and averages by verl's and TRL's own functions on the same tensors.

python -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.23.0 trl==1.16.0 omegaconf tensordict datasets accelerate
venv/bin/pip install --no-deps verl==0.9.1
venv/bin/python scripts/golden/rl.py > src/rl/testing/golden.json

Of verl only verl.trainer.ppo.core_algos is called; what else its package imports (ray and the like) is replaced by nothing.
"""

import ast
import importlib.abc
import importlib.machinery
import inspect
import json
import sys
import textwrap
import types
import warnings
from importlib.metadata import version
from unittest.mock import MagicMock

import numpy as np
import torch

warnings.filterwarnings("ignore")


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Packages that verl imports and the functions called here never use."""

    names = {"ray", "hydra", "codetiming", "pylatexenc", "wandb", "torchdata", "orjson", "vllm", "sglang", "mlflow"}

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__spec__, module.__path__, module.__name__, module.__version__ = spec, [], spec.name, "0"
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(Absent())
from trl.rewards import get_soft_overlong_punishment  # noqa: E402
from trl.trainer.grpo_trainer import GRPOTrainer  # noqa: E402
from verl.trainer.config import AlgoConfig  # noqa: E402
from verl.trainer.ppo import core_algos as verl  # noqa: E402
from verl.workers.config import ActorConfig  # noqa: E402

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)

# Two problems of four responses and one of two, of different lengths, at most 8 tokens.
GROUPS = [[1, 0, 0, 1], [0, 0.25, 1, 0], [1, 0]]
LENGTHS = [[3, 8, 1, 5], [2, 4, 6, 7], [8, 2]]
MAX_TOKENS = 8

rewards = torch.tensor([r for group in GROUPS for r in group], dtype=torch.float64)
lengths = [n for group in LENGTHS for n in group]
index = np.array([i for i, group in enumerate(GROUPS) for _ in group])
mask = torch.zeros(len(lengths), MAX_TOKENS)
for i, n in enumerate(lengths):
    mask[i, :n] = 1
at_end = torch.zeros_like(mask)
for i, n in enumerate(lengths):
    at_end[i, n - 1] = rewards[i]


def f32(x):
    """The file keeps float32 values, so that both sides start from the same numbers."""
    return x.float().double()


old = f32(-1.5 + 0.8 * torch.randn(mask.shape))
current = f32(old + 0.3 * torch.randn(mask.shape))
sampler = f32(old + 0.2 * torch.randn(mask.shape))
reference = f32(old + 0.5 * torch.randn(mask.shape))
advantage = f32(torch.randn(len(lengths)))


def rows(x):
    return [x[i, :n].tolist() for i, n in enumerate(lengths)]


def first(x):
    return x[0][:, 0].tolist()


advantages = {
    "verl": {
        "zscore": first(verl.compute_grpo_outcome_advantage(at_end.clone(), mask, index)),
        "mean": first(verl.compute_grpo_outcome_advantage(at_end.clone(), mask, index, norm_adv_by_std_in_grpo=False)),
        "leave-one-out": first(verl.compute_rloo_outcome_advantage(at_end.clone(), mask, index)),
        "batch": first(
            verl.compute_reinforce_plus_plus_outcome_advantage(at_end.clone(), mask, config=AlgoConfig(gamma=1.0))
        ),
        "batch-baseline": first(verl.compute_reinforce_plus_plus_baseline_outcome_advantage(at_end.clone(), mask, index)),
    }
}


# TRL wants as many responses to every problem.
EVEN = GROUPS[:2]


def trl_advantages(scale_rewards):
    """The statement of TRL's trainer that makes advantages of rewards, run by itself; it adds 1e-4 to the spread."""
    method = ast.parse(textwrap.dedent(inspect.getsource(GRPOTrainer._generate_and_score_completions)))
    wanted = 'self.multi_objective_aggregation == "sum_then_normalize"'
    found = next(node for node in ast.walk(method) if isinstance(node, ast.If) and ast.unparse(node.test).replace("'", '"') == wanted)
    per_func = torch.tensor([r for group in EVEN for r in group]).unsqueeze(1)
    space = {
        **vars(sys.modules[GRPOTrainer.__module__]),
        "self": types.SimpleNamespace(
            multi_objective_aggregation="sum_then_normalize", scale_rewards=scale_rewards, reward_weights=torch.ones(1)
        ),
        "device": "cpu",
        "rewards_per_func": per_func,
        "num_generations": len(EVEN[0]),
        "unscorable_mask": torch.isnan(per_func).all(dim=1),
    }
    exec(compile(ast.Module(body=[found], type_ignores=[]), "grpo_trainer.py", "exec"), space)
    return space["advantages"].tolist()


even_advantages = {
    "batch-spread": trl_advantages("batch"),
    "zscore": trl_advantages("group"),
    "mean": trl_advantages("none"),
}


def differentiated(loss_of):
    leaf = current.clone().requires_grad_()
    loss = loss_of(leaf)
    loss.backward()
    return {"loss": loss.item(), "slopes": rows(leaf.grad)}


def actor(low, high, c=1e9):
    config = ActorConfig(
        strategy="fsdp", rollout_n=1, ppo_micro_batch_size_per_gpu=1, clip_ratio_low=low, clip_ratio_high=high, clip_ratio_c=c
    )
    return config


def by_verl(function, aggregation, weights=None, **clip):
    spread = advantage.unsqueeze(1) * mask
    return differentiated(
        lambda leaf: function(
            old, leaf, spread, mask, loss_agg_mode=aggregation, config=actor(**clip), rollout_is_weights=weights
        )[0]
    )


def by_trl(loss_type, level="token", low=0.2, high=0.2, delta=None, beta=0.0, weights=None):
    """TRL's loss, with everything around it that a trainer would bring."""
    me = types.SimpleNamespace(
        aux_loss_enabled=False,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        importance_sampling_level=level,
        beta=beta,
        args=types.SimpleNamespace(delta=delta, use_bias_correction_kl=False, steps_per_generation=1),
        loss_type=loss_type,
        epsilon_low=low,
        epsilon_high=high,
        use_vllm=weights is not None,
        vllm_importance_sampling_correction=True,
        model=types.SimpleNamespace(training=True),
        current_gradient_accumulation_steps=1,
        max_completion_length=MAX_TOKENS,
        _entropy_bonus_enabled=False,
        accelerator=MagicMock(num_processes=1),
        _metrics=MagicMock(),
    )
    me.accelerator.gather = lambda x: x
    inputs = {
        "prompt_ids": torch.zeros(len(lengths), 1, dtype=torch.long),
        "prompt_mask": torch.ones(len(lengths), 1),
        "completion_ids": torch.zeros(mask.shape, dtype=torch.long),
        "completion_mask": mask,
        "advantages": advantage,
        "old_per_token_logps": old,
        "ref_per_token_logps": reference,
        "num_items_in_batch": mask.sum(),
        "importance_sampling_ratio": weights,
    }

    def loss_of(leaf):
        me._get_per_token_logps_and_entropies = lambda *args, **more: (leaf, torch.zeros_like(leaf), None)
        return GRPOTrainer._compute_loss(me, None, inputs)

    return differentiated(loss_of)


def kl(estimator):
    return differentiated(
        lambda leaf: verl.agg_loss(verl.kl_penalty(leaf, reference, estimator), mask, "token-mean")
    )


importance = torch.exp(old - sampler).clamp(max=1.2)
objectives = {
    "ppo": {
        "verl": by_verl(verl.compute_policy_loss_vanilla, "token-mean", low=0.2, high=0.28),
        "trl": by_trl("dapo", high=0.28),
    },
    "ppo, dual clip 1.3": {
        "verl": by_verl(verl.compute_policy_loss_vanilla, "token-mean", low=0.2, high=0.2, c=1.3),
    },
    "cispo, at most 1.4": {
        "verl": by_verl(verl.compute_policy_loss_cispo, "token-mean", low=1.0, high=0.4),
        "trl": by_trl("cispo", high=1.4),
    },
    "gspo": {
        "verl": by_verl(verl.compute_policy_loss_gspo, "seq-mean-token-mean", low=0.05, high=0.1),
        "trl": by_trl("grpo", level="sequence", low=0.05, high=0.1),
    },
    "ppo with importance, cap 1.2": {
        "verl": by_verl(verl.compute_policy_loss_vanilla, "token-mean", weights=importance, low=0.2, high=0.2),
        "trl": by_trl("dapo", weights=importance),
    },
    "ppo with k3, 0.3": {"trl": by_trl("dapo", beta=0.3)},
    "k1": {"verl": kl("k1")},
    "k2": {"verl": kl("k2")},
    "k3": {"verl": kl("k3")},
}
averages = {
    "token-mean": {
        "verl": by_verl(verl.compute_policy_loss_vanilla, "token-mean", low=0.2, high=0.2),
        "trl": by_trl("bnpo"),
    },
    "sequence-mean": {
        "verl": by_verl(verl.compute_policy_loss_vanilla, "seq-mean-token-mean", low=0.2, high=0.2),
        "trl": by_trl("grpo"),
    },
    "fixed-length": {
        "verl": by_verl(verl.compute_policy_loss_vanilla, "seq-mean-token-sum-norm", low=0.2, high=0.2),
        "trl": by_trl("dr_grpo"),
    },
}
punish = get_soft_overlong_punishment(max_completion_len=10, soft_punish_cache=4)
print(
    json.dumps(
        {
            "versions": {name: version(name) for name in ("torch", "trl", "verl")},
            "rewards": GROUPS,
            "lengths": LENGTHS,
            "maxTokens": MAX_TOKENS,
            "advantage": advantage.tolist(),
            "logprobs": rows(current),
            "oldLogprobs": rows(old),
            "samplerLogprobs": rows(sampler),
            "referenceLogprobs": rows(reference),
            "advantages": advantages,
            "evenAdvantages": {"rewards": EVEN, "trl": even_advantages},
            "objectives": objectives,
            "averages": averages,
            "overlong": punish(completion_ids=[[0] * n for n in range(1, 13)]),
        },
        indent=1,
    )
)
