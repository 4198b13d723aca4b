"""Opens an encoder that scripts/golden/save-encoder.ts has saved, with PyLate or sentence-transformers, and compares its vectors.

python scripts/golden/check_encoder.py FOLDER
"""

import json
import os
import sys

import numpy as np
from pylate import models
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer

folder = sys.argv[1]
with open(os.path.join(folder, "vectors.json")) as file:
    ours = json.load(file)
with open(os.path.join(folder, "config_sentence_transformers.json")) as file:
    late = json.load(file)["model_type"] == "ColBERT"
model = (models.ColBERT if late else SentenceTransformer)(folder, device="cpu")
for side in ("query", "document"):
    if late:
        theirs = np.concatenate(model.encode(ours["texts"], is_query=side == "query"))
    else:
        theirs = model.encode(ours["texts"], prompt_name=side)
    difference = np.abs(theirs.flatten() - np.array(ours[side])).max()
    print(f"{side}: {theirs.shape} largest difference {difference:.2e}")
    assert difference < 1e-4
print(type(AutoModel.from_pretrained(folder)).__name__, type(AutoTokenizer.from_pretrained(folder)).__name__)
