"""Opens an encoder that scripts/golden/save-encoder.ts has saved, with PyLate or sentence-transformers, and compares its vectors.

python scripts/golden/check_encoder.py FOLDER

sentence-transformers has one length for both sides, and the folder says the longer. Where ours are unequal, a text between the two is cut
here and not there: the vectors are the same once the length is set for each side, and of shorter texts they are the same without.
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
        expected = np.array(ours[side]).reshape(len(ours["texts"]), -1)
        tokens = np.array([len(ids) for ids in model.tokenizer(ours["texts"], truncation=False, padding=False)["input_ids"]])
        # A prompt is a part of the text, and has less than ten tokens.
        whole = tokens <= min(ours["maxTokens"].values()) - 10
        as_saved = np.abs(model.encode(ours["texts"], prompt_name=side) - expected).max(axis=1)
        print(f"{side}: as saved, {as_saved[whole].max():.2e} of whole texts, {as_saved.max():.2e} of all")
        assert as_saved[whole].max() < 1e-4
        longest = model.max_seq_length
        model.max_seq_length = ours["maxTokens"][side]
        theirs = model.encode(ours["texts"], prompt_name=side)
        model.max_seq_length = longest
    difference = np.abs(theirs.flatten() - np.array(ours[side])).max()
    print(f"{side}: {theirs.shape} largest difference {difference:.2e}")
    assert difference < 1e-4
print(type(AutoModel.from_pretrained(folder)).__name__, type(AutoTokenizer.from_pretrained(folder)).__name__)
