"""Tiny GGUF files of the golden Llama and Qwen2 checkpoints, as llama.cpp's converter would write them.

    python scripts/golden/gguf_file.py [GOLDEN_FOLDER]

Llama: q and k with rotary pairs side by side, feed-forward weights in Q8_0. Qwen2: F32, with biases. Run logits.py first.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from safetensors.numpy import load_file

NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "embed_tokens": "token_embd", "norm": "output_norm",
}  # fmt: skip
# Byte-level pieces of single characters, two merges, one control token: 64 ids.
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345.Ġ"
TOKENS = ["<|end|>", *CHARACTERS, "Ġt", "he", "Ġthe"]
MERGES = ["Ġ t", "h e", "Ġt he"]


def gguf_name(name: str) -> str:
    stem, kind = name.removeprefix("model.").rsplit(".", 1)
    if not stem.startswith("layers."):
        return f"{NAMES[stem]}.{kind}"
    _, layer, part = stem.split(".", 2)
    return f"blk.{layer}.{NAMES[part]}.{kind}"


def pairs(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head from two halves to rotary pairs side by side."""
    return weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "src/models/testing/golden")
    for arch in ["llama", "qwen2"]:
        tensors = {}
        for file in sorted((root / arch).glob("*.safetensors")):
            tensors |= load_file(file)
        writer = GGUFWriter(root / f"tiny-{arch}.gguf", arch)
        writer.add_name(f"tiny {arch}")
        writer.add_block_count(2)
        writer.add_context_length(128)
        writer.add_embedding_length(32)
        writer.add_feed_forward_length(48)
        writer.add_head_count(4)
        writer.add_head_count_kv(2)
        writer.add_rope_freq_base(10000.0)
        writer.add_layer_norm_rms_eps(1e-6)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("smollm" if arch == "llama" else "qwen2")
        writer.add_token_list(TOKENS)
        writer.add_token_types([3] + [1] * (len(TOKENS) - 1))
        writer.add_token_merges(MERGES)
        writer.add_bos_token_id(0)
        writer.add_eos_token_id(0)
        writer.add_add_bos_token(arch == "llama")
        writer.add_chat_template("{% for m in messages %}{{ m['content'] }}<|end|>{% endfor %}")
        for name, weight in sorted(tensors.items()):
            if arch == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
                weight = pairs(weight, 4 if "q_proj" in name else 2)
            if arch == "llama" and ("gate_proj" in name or "up_proj" in name):
                kind = GGMLQuantizationType.Q8_0
                writer.add_tensor(gguf_name(name), quantize(weight, kind), raw_dtype=kind)
            else:
                writer.add_tensor(gguf_name(name), weight)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


assert len(TOKENS) == 64
main()
