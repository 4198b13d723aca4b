"""PyTorch: the peak of one GEMM, plain training steps, and the step of one group (which PyTorch computes without sharing).

A step is forward, backward and AdamW (fused); attention is SDPA. The head of a group's step sees response rows only.
"""

import torch
from common import GROUP, SHAPES, arguments, emit, llama, median_seconds, note, peak_gigabytes


def gemm_peak(size: int, rounds: int) -> float:
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / median_seconds(lambda: a @ b, rounds) / 1e9


def train_step(model, optimizer, tokens: torch.Tensor, start: int) -> None:
    """One step on the mean log-probability of tokens[:, start:] given what stands before them."""
    hidden = model.model(tokens[:, :-1]).last_hidden_state[:, start - 1 :]
    logits = model.lm_head(hidden.reshape(-1, hidden.shape[-1]))
    loss = torch.nn.functional.cross_entropy(logits, tokens[:, start:].reshape(-1))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def main() -> None:
    args = arguments(__doc__, ["3m", "10m", "135m"])
    torch.set_num_threads(args.threads)
    measures = [("gemm_peak_gflops", gemm_peak(256 if args.smoke else 2048, 10), "GFLOP/s")]
    for name in args.shapes:
        shape = SHAPES[name]
        model = llama(name)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, fused=True)
        rows, length = shape["rows"], shape["length"]
        plain = torch.randint(0, shape["vocab"], (rows, length + 1))
        seconds = median_seconds(lambda: train_step(model, optimizer, plain, 1), args.rounds)
        measures.append((f"train_{name}_tokens_per_s", rows * length / seconds, "tokens/s"))
        measures.append((f"train_{name}_s", seconds, "s"))
        note(f"{name}: plain step {seconds:.3f} s")
        if name != "3m":
            group = torch.randint(0, shape["vocab"], (GROUP["responses"], GROUP["prompt"] + GROUP["response"]))
            seconds = median_seconds(lambda: train_step(model, optimizer, group, GROUP["prompt"]), args.rounds)
            measures.append((f"shared_group_{name}_s", seconds, "s"))
            note(f"{name}: group step {seconds:.3f} s")
        measures.append((f"train_{name}_peak_gb", peak_gigabytes(), "GB"))
        del model, optimizer
    emit(measures)


main()
