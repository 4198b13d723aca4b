"""Opens checkpoints and an adapter written by this project in Transformers and PEFT and compares their logits with the golden ones.

    npx tsx scripts/golden/save-copies.ts OUTPUT_FOLDER
    python scripts/golden/check_saved.py OUTPUT_FOLDER [GOLDEN_FOLDER]

Prints the largest difference of each; fails above 1e-5 (the golden logits are rounded to six digits).
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM


def main() -> None:
    saved = Path(sys.argv[1])
    golden = Path(sys.argv[2] if len(sys.argv) > 2 else "src/models/testing/golden")
    for name in ["llama", "qwen2", "qwen3"]:
        model, report = AutoModelForCausalLM.from_pretrained(saved / name, dtype=torch.float64, output_loading_info=True)
        strange = {key: list(names) for key, names in report.items() if names}
        assert not strange, strange
        expected = json.loads((golden / name / "expected.json").read_text())
        with torch.no_grad():
            logits = model(torch.tensor(expected["tokens"])).logits
        difference = (logits - torch.tensor(expected["logits"], dtype=torch.float64)).abs().max().item()
        print(f"{name}: {type(model).__name__}, largest logit difference {difference:.1e}")
        assert difference < 1e-5
    config = json.loads((saved / "adapter/adapter_config.json").read_text())
    base = AutoModelForCausalLM.from_pretrained(config["base_model_name_or_path"], dtype=torch.float64)
    adapted = PeftModel.from_pretrained(base, saved / "adapter").double()
    expected = json.loads((golden / "adapter/expected.json").read_text())
    with torch.no_grad():
        logits = adapted(torch.tensor(expected["tokens"])).logits
    difference = (logits - torch.tensor(expected["logits"], dtype=torch.float64)).abs().max().item()
    print(f"adapter: {type(adapted).__name__}, largest logit difference {difference:.1e}")
    assert difference < 1e-5


main()
