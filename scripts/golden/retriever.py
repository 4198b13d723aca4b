"""Numbers for src/retriever/golden.test.ts, by PyTorch: encoder, MaxSim, InfoNCE (Eq. 2) and its gradient by autograd.

python scripts/golden/retriever.py > src/retriever/testing/golden.json
"""

import json

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)

VOCAB, EMBED, HIDDEN, WIDTH, DIM, TEMPERATURE = 17, 6, 8, 3, 5, 0.1

params = {
    "embed": torch.randn(VOCAB, EMBED),
    # Convolution in PyTorch's layout [out, in, width]; stored below as [out, width * in].
    "conv": 0.4 * torch.randn(HIDDEN, EMBED, WIDTH),
    "bias": 0.3 * torch.randn(HIDDEN),
    "proj": 0.5 * torch.randn(DIM, HIDDEN),
}
# The file keeps float32 values, so that both sides start from the same numbers.
params = {name: value.float().double().requires_grad_(name != "embed") for name, value in params.items()}

queries = [[3, 1, 4], [15, 9, 2, 6, 5], [8]]
documents = [[3, 5, 8, 9], [7, 9, 3], [2, 3, 8, 4, 6, 2], [16, 0]]
positive = torch.tensor([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=torch.bool)
ignore = torch.tensor([[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]], dtype=torch.bool)


def encode(ids):
    x = params["embed"][ids].T.unsqueeze(0)
    y = F.silu(F.conv1d(x, params["conv"], params["bias"], padding=WIDTH // 2)).squeeze(0).T
    return F.normalize(y @ params["proj"].T, dim=-1)


def mean_max_sim(query, document):
    return (query @ document.T).max(dim=1).values.mean()


query_vectors = [encode(ids) for ids in queries]
document_vectors = [encode(ids) for ids in documents]
scores = torch.stack([torch.stack([mean_max_sim(q, d) for d in document_vectors]) for q in query_vectors])

losses = []
for q in range(len(queries)):
    negatives = scores[q][~positive[q] & ~ignore[q]]
    for d in torch.nonzero(positive[q]).flatten():
        candidates = torch.cat([scores[q][d : d + 1], negatives]) / TEMPERATURE
        losses.append(F.cross_entropy(candidates.unsqueeze(0), torch.tensor([0])))
loss = torch.stack(losses).mean()
loss.backward()


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def taps(conv):
    return conv.permute(0, 2, 1)


print(
    json.dumps(
        {
            "torch": torch.__version__,
            "config": {"vocab": VOCAB, "embeddingDim": EMBED, "hidden": HIDDEN, "convWidth": WIDTH, "dim": DIM},
            "temperature": TEMPERATURE,
            "params": {
                "embed": flat(params["embed"]),
                "conv.0.weight": flat(taps(params["conv"])),
                "conv.0.bias": flat(params["bias"]),
                "proj": flat(params["proj"]),
            },
            "queries": queries,
            "documents": documents,
            "positive": positive.int().flatten().tolist(),
            "ignore": ignore.int().flatten().tolist(),
            "queryVectors": flat(torch.cat(query_vectors)),
            "scores": flat(scores),
            "loss": float(loss),
            "gradient": {
                "conv.0.weight": flat(taps(params["conv"].grad)),
                "conv.0.bias": flat(params["bias"].grad),
                "proj": flat(params["proj"].grad),
            },
        }
    )
)
