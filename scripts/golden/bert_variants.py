"""Tiny RoBERTa and MPNet for src/retriever/encode/bert-variants.test.ts and their numbers, by Transformers.

python scripts/golden/bert_variants.py src/retriever/testing/encoders

Writes two folders (weights at random, no tokenizer) and bert-variants.json: vectors of texts of token ids, InfoNCE over their MaxSim
and the norms of its gradients.
"""

import json
import os
import sys
from importlib.metadata import version

import torch
from torch.nn.functional import cross_entropy, normalize
from transformers import MPNetConfig, MPNetModel, RobertaConfig, RobertaModel

OUT = sys.argv[1]
TEMPERATURE = 0.5
VOCAB = 24
SIZES = dict(
    vocab_size=VOCAB,
    hidden_size=8,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=12,
    max_position_embeddings=150,
    pad_token_id=1,
)


def flat(tensor):
    return [float(f"{x:.6g}") for x in tensor.detach().flatten().tolist()]


def golden(model, name):
    for key, value in model.named_parameters():
        if "LayerNorm.weight" in key:
            value.data = 1 + 0.2 * torch.randn_like(value)
        else:
            value.data = 0.4 * torch.randn_like(value)
    model.eval()
    model.save_pretrained(os.path.join(OUT, name))
    # The longest has distances of every bucket, those at their edges (16, 32, 64) and beyond the last too.
    queries = [torch.randint(2, VOCAB, (n,)) for n in (5, 40)]
    documents = [torch.randint(2, VOCAB, (n,)) for n in (140, 9)]
    encode = lambda ids: normalize(model(input_ids=ids[None]).last_hidden_state[0], dim=-1)
    q, d = [encode(x) for x in queries], [encode(x) for x in documents]
    scores = torch.stack([torch.stack([(a @ b.T).max(1).values.mean() for b in d]) for a in q])
    loss = cross_entropy(scores / TEMPERATURE, torch.arange(2))
    loss.backward()
    norms = {n: float(f"{p.grad.norm().item():.6g}") for n, p in model.named_parameters() if p.grad is not None}
    return {
        "queries": [x.tolist() for x in queries],
        "documents": [x.tolist() for x in documents],
        "queryVectors": flat(torch.cat(q)),
        "documentVectors": flat(torch.cat(d)),
        "loss": loss.item(),
        "gradientNorms": norms,
    }


torch.manual_seed(11)
numbers = {
    "versions": {name: version(name) for name in ("torch", "transformers")},
    "temperature": TEMPERATURE,
    "roberta": golden(RobertaModel(RobertaConfig(type_vocab_size=1, **SIZES), add_pooling_layer=False), "roberta"),
    "mpnet": golden(MPNetModel(MPNetConfig(relative_attention_num_buckets=32, **SIZES), add_pooling_layer=False), "mpnet"),
}
with open(os.path.join(OUT, "bert-variants.json"), "w") as file:
    json.dump(numbers, file)
