"""Tiny random decoders and their logits from Hugging Face Transformers, for src/models/testing/golden/.

    python scripts/golden/logits.py [OUTPUT_FOLDER]

Each checkpoint is written by `save_pretrained` in float32 (qwen2 sharded); logits are computed in float64.
Needs torch and transformers.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

SHAPE = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
    rms_norm_eps=1e-6,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=None,
)
# Of the four rotary pairs of a head, this scaling keeps one, blends one and divides two.
LLAMA3 = dict(
    rope_type="llama3",
    rope_theta=10000.0,
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=64,
)
MODELS = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SHAPE, head_dim=8, tie_word_embeddings=True, rope_parameters=LLAMA3)),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**SHAPE, tie_word_embeddings=True)),
    "qwen3": lambda: Qwen3ForCausalLM(Qwen3Config(**SHAPE, head_dim=12, tie_word_embeddings=False)),
}


def randomise(model: torch.nn.Module) -> None:
    """Weights large enough that every part of the model shows in the logits; norms near 1, biases not 0."""
    for name, parameter in model.named_parameters():
        noise = torch.randn_like(parameter)
        if "norm" in name:
            parameter.data = 1 + 0.2 * noise
        elif name.endswith("bias"):
            parameter.data = 0.5 * noise
        else:
            parameter.data = 0.25 * noise


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "src/models/testing/golden")
    for seed, (name, make) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = make()
        randomise(model)
        model.tie_weights()
        folder = root / name
        model.save_pretrained(folder, max_shard_size="30KB" if name == "qwen2" else "1GB")
        tokens = torch.randint(0, SHAPE["vocab_size"], (2, 20))
        with torch.no_grad():
            logits = model.double()(tokens).logits
        expected = {"tokens": tokens.tolist(), "logits": [[[round(x, 6) for x in row] for row in seq] for seq in logits.tolist()]}
        (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
        print(name, sum(p.numel() for p in model.parameters()), "parameters, |logit| up to", float(logits.abs().max()))


main()
