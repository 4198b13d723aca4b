"""A LoRA adapter made by Hugging Face PEFT and its logits, for src/models/testing/golden/adapter (its base is the golden qwen2).

    python scripts/golden/adapter.py [GOLDEN_FOLDER]

Needs torch, transformers and peft. B is random, so that the adapter changes something.
"""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def main() -> None:
    golden = Path(sys.argv[1] if len(sys.argv) > 1 else "src/models/testing/golden")
    torch.manual_seed(7)
    base = AutoModelForCausalLM.from_pretrained(golden / "qwen2", dtype=torch.float32)
    lora = LoraConfig(r=3, lora_alpha=6, target_modules=TARGETS, use_rslora=True, task_type="CAUSAL_LM")
    model = get_peft_model(base, lora)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data = 0.3 * torch.randn_like(parameter)
    folder = golden / "adapter"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    file = folder / "adapter_config.json"
    config = json.loads(file.read_text())
    config["target_modules"] = TARGETS  # a set, whose order changes
    file.write_text(json.dumps({**config, "base_model_name_or_path": "../qwen2"}, indent=2) + "\n")
    tokens = torch.randint(0, base.config.vocab_size, (2, 20))
    with torch.no_grad():
        logits = model.double()(tokens).logits
    expected = {"tokens": tokens.tolist(), "logits": [[[round(x, 6) for x in row] for row in seq] for seq in logits.tolist()]}
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
    print("adapter", sum(p.numel() for n, p in model.named_parameters() if "lora_" in n), "parameters")


main()
