"""Blocks of every supported GGML format and their numbers from Python's `gguf` package.

    python scripts/golden/dequantize.py [OUTPUT_FILE]

Blocks are random bytes with sane float16 scales, so that every bit pattern occurs.
"""

import json
import sys

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Q
from gguf.quants import dequantize

# Offsets of the float16 fields (scales, minima) within a block.
HALVES = {
    Q.F16: [0], Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0],
    Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208],
}  # fmt: skip


def blocks(kind: Q, rng: np.random.Generator) -> np.ndarray:
    size, width = GGML_QUANT_SIZES[kind]
    count = 32 if size == 1 else 4 if size == 32 else 2
    raw = rng.integers(0, 256, (count, width), dtype=np.uint8)
    if kind == Q.F32:
        return rng.normal(size=count).astype(np.float32).view(np.uint8).reshape(count, 4)
    if kind == Q.BF16:
        return (rng.normal(size=count).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8).reshape(count, 2)
    for offset in HALVES[kind]:
        raw[:, offset : offset + 2] = rng.normal(scale=0.02, size=(count, 1)).astype(np.float16).view(np.uint8)
    return raw


def main() -> None:
    rng = np.random.default_rng(1)
    out = []
    for kind in [Q.F32, Q.F16, Q.BF16, *HALVES]:
        if any(entry["name"] == kind.name for entry in out):
            continue
        raw = blocks(kind, rng)
        values = dequantize(raw, kind).reshape(-1)
        out.append({"type": int(kind), "name": kind.name, "bytes": raw.tobytes().hex(), "values": [float(f"{v:.9g}") for v in values]})
        print(kind.name, raw.shape, values[:3])
    path = sys.argv[1] if len(sys.argv) > 1 else "src/models/testing/golden/dequantize.json"
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in out) + "\n]\n")


main()
