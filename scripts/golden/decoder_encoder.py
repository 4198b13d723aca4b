"""Numbers for src/retriever/encode/decoder-golden.test.ts: decoders as encoders, by Hugging Face Transformers and autograd.

    python scripts/golden/decoder_encoder.py > src/retriever/testing/decoder-golden.json

The checkpoints are those of scripts/golden/logits.py. Texts are padded behind, in one batch, as Transformers pads them.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers import AutoModel

ROOT = Path("src/models/testing/golden")
TEMPERATURE = 0.1
LAYER = 1
QUERIES = [[3, 1, 4], [15, 9, 2, 6, 5], [8]]
DOCUMENTS = [[3, 5, 8, 9], [7, 9, 3], [23, 3, 8, 44, 6, 2], [16, 60]]
POSITIVE = torch.tensor([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=torch.bool)
IGNORE = torch.tensor([[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]], dtype=torch.bool)


def rounded(tensor):
    return [float(f"{x:.7g}") for x in tensor.detach().flatten().tolist()]


def padded(texts):
    width = max(map(len, texts))
    ids = torch.tensor([text + [0] * (width - len(text)) for text in texts])
    return ids, torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in texts])


def states(model, texts, full=False):
    """All hidden states [layers + 1][B, T, hidden] and the mask; the last is after the final norm."""
    ids, mask = padded(texts)
    seen = mask
    if full:
        seen = torch.where(mask[:, None, None, :].bool(), 0.0, -1e9).expand(-1, 1, ids.shape[1], -1).double()
    return model(input_ids=ids, attention_mask=seen, output_hidden_states=True).hidden_states, mask


def last(hidden, mask):
    return F.normalize(hidden[torch.arange(len(hidden)), mask.sum(1) - 1], dim=-1)


def mean(hidden, mask):
    weights = mask[:, :, None].double()
    return F.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)


def tokens(hidden, mask, dense=None):
    """Unit vectors of all tokens, text by text."""
    vectors = F.normalize(hidden if dense is None else hidden @ dense.T, dim=-1)
    return [row[: int(m.sum())] for row, m in zip(vectors, mask)]


def info_nce(scores):
    losses = []
    for q in range(len(QUERIES)):
        negatives = scores[q][~POSITIVE[q] & ~IGNORE[q]]
        for d in torch.nonzero(POSITIVE[q]).flatten():
            candidates = torch.cat([scores[q][d : d + 1], negatives]) / TEMPERATURE
            losses.append(F.cross_entropy(candidates.unsqueeze(0), torch.tensor([0])))
    return torch.stack(losses).mean()


def max_sim(queries, documents):
    score = lambda q, d: (q @ d.T).max(dim=1).values.mean()
    return torch.stack([torch.stack([score(q, d) for d in documents]) for q in queries])


def gradient_norms(model, loss, more=None):
    model.zero_grad()
    loss.backward()
    named = [(name, p.grad) for name, p in model.named_parameters() if p.grad is not None]
    norms = {f"model.{name}": float(f"{grad.norm():.7g}") for name, grad in named}
    return norms | {name: float(f"{p.grad.norm():.7g}") for name, p in (more or {}).items()}


out = {"torch": torch.__version__, "transformers": transformers.__version__, "temperature": TEMPERATURE, "layer": LAYER,
       "queries": QUERIES, "documents": DOCUMENTS,
       "positive": POSITIVE.int().flatten().tolist(), "ignore": IGNORE.int().flatten().tolist(), "models": {}}
for seed, name in enumerate(["llama", "qwen3"]):
    torch.manual_seed(seed)
    model = AutoModel.from_pretrained(ROOT / name, attn_implementation="eager").double()
    dense = (torch.randn(5, model.config.hidden_size) / 6).float().double().requires_grad_()
    hidden, mask = states(model, DOCUMENTS)
    full, _ = states(model, DOCUMENTS, full=True)
    embedder = info_nce(last(states(model, QUERIES)[0][-1], padded(QUERIES)[1]) @ last(hidden[-1], mask).T)
    found = {
        "last": rounded(last(hidden[-1], mask)),
        "mean": rounded(mean(hidden[-1], mask)),
        "fullMean": rounded(mean(full[-1], mask)),
        "tokens": rounded(torch.cat(tokens(hidden[LAYER], mask))),
        "dense": rounded(dense),
        "projected": rounded(torch.cat(tokens(hidden[LAYER], mask, dense))),
        "embedder": {"loss": float(embedder), "gradientNorms": gradient_norms(model, embedder)},
    }
    hidden, mask = states(model, DOCUMENTS)
    asked, asked_mask = states(model, QUERIES)
    multi = info_nce(max_sim(tokens(asked[LAYER], asked_mask, dense), tokens(hidden[LAYER], mask, dense)))
    found["multiVector"] = {"loss": float(multi), "gradientNorms": gradient_norms(model, multi, {"dense.0": dense})}
    out["models"][name] = found
print(json.dumps(out))
