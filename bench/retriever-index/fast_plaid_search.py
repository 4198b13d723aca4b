"""fast-plaid on vectors from a file: build, disk, and search at several settings. Prints one JSON line a measure.

Usage: fast_plaid_search.py FOLDER THREADS
FOLDER holds documents.f32 (rows), lengths.i32, queries.f32, and shape.json {dim, queries, queryTokens, k}.
"""
import importlib.metadata, json, os, sys, time

import numpy as np
import torch
from fast_plaid import search


def main() -> None:
    folder, threads = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(threads)
    print(f"# fast-plaid {importlib.metadata.version('fast-plaid')}", file=sys.stderr)
    shape = json.load(open(os.path.join(folder, "shape.json")))
    dim, count, tokens, k = (shape[name] for name in ("dim", "queries", "queryTokens", "k"))
    rows = torch.from_numpy(np.fromfile(os.path.join(folder, "documents.f32"), np.float32).reshape(-1, dim))
    lengths = np.fromfile(os.path.join(folder, "lengths.i32"), np.int32)
    queries = torch.from_numpy(np.fromfile(os.path.join(folder, "queries.f32"), np.float32).reshape(count, tokens, dim))
    truth = exact(rows, lengths, queries, k)

    path = os.path.join(folder, "plaid")
    index = search.FastPlaid(index=path, device="cpu")
    start = time.perf_counter()
    index.create(documents_embeddings=list(torch.split(rows, lengths.tolist())))
    say("build_seconds", time.perf_counter() - start, "s")
    size = sum(os.path.getsize(os.path.join(root, f)) for root, _, files in os.walk(path) for f in files)
    say("disk", size / 1e6, "MB")
    for probes, full in ((2, 64), (2, 256), (4, 256), (8, 1024), (8, 4096)):
        run = lambda query: index.search(query[None], top_k=k, n_ivf_probe=probes, n_full_scores=full, show_progress=False)[0]
        for query in queries[:5]:
            run(query)
        times, recall = [], []
        for query, expected in zip(queries, truth):
            start = time.perf_counter()
            found = run(query)
            times.append(1000 * (time.perf_counter() - start))
            recall.append(len({i for i, _ in found} & set(expected)) / len(expected))
        say(f"recall10_{probes}x{full}", float(np.mean(recall)), "share")
        say(f"p50_{probes}x{full}", float(np.quantile(times, 0.5)), "ms")
        say(f"p99_{probes}x{full}", float(np.quantile(times, 0.99)), "ms")
        if np.mean(recall) >= 0.95:
            break


def exact(rows: torch.Tensor, lengths: np.ndarray, queries: torch.Tensor, k: int) -> list[list[int]]:
    ends = np.cumsum(lengths)
    starts = torch.from_numpy(ends - lengths)
    owner = torch.repeat_interleave(torch.arange(len(lengths)), torch.from_numpy(lengths).long())
    out = []
    for query in queries:
        products = rows @ query.T
        best = torch.full((len(lengths), query.shape[0]), -1e9).scatter_reduce(0, owner[:, None].expand_as(products), products, "amax")
        out.append(best.sum(1).topk(min(k, len(lengths))).indices.tolist())
    return out


def say(measure: str, value: float, unit: str) -> None:
    print(json.dumps({"measure": f"fast_plaid_{measure}", "value": value, "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
