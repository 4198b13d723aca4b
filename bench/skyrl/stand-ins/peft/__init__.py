"""Stands in for peft, of which SkyRL's JAX back end takes one class: it writes the adapter's configuration beside its weights."""

import json
from pathlib import Path


class LoraConfig:
    def __init__(self, **fields):
        self.fields = fields

    def save_pretrained(self, folder):
        config = {"peft_type": "LORA", "task_type": None, "bias": "none", "target_modules": None, **self.fields}
        Path(folder, "adapter_config.json").write_text(json.dumps(config, indent=2))
