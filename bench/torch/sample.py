"""Hugging Face generate: new tokens a second at batch 1, 8 and 64 (prefill included), static shapes, temperature 1.

Responses to one prompt and to different prompts cost it the same: it copies the prompt for each."""

import torch
from common import SAMPLE, SHAPES, arguments, emit, llama, median_seconds, note


def main() -> None:
    args = arguments(__doc__, ["135m"])
    torch.set_num_threads(args.threads)
    measures = []
    for name in args.shapes:
        model = llama(name).eval()
        new = SAMPLE["new"]
        for batch in [1, 8, 64]:
            prompt = torch.randint(3, SHAPES[name]["vocab"], (batch, SAMPLE["prompt"]))

            def work() -> None:
                with torch.inference_mode():
                    out = model.generate(
                        prompt,
                        attention_mask=torch.ones_like(prompt),
                        do_sample=True,
                        temperature=1.0,
                        top_k=0,
                        min_new_tokens=new,
                        max_new_tokens=new,
                    )
                assert out.shape[1] == SAMPLE["prompt"] + new

            seconds = median_seconds(work, max(1, args.rounds - 1) if batch == 64 else args.rounds)
            for kind in ["", "_distinct"] if batch == 64 else [""]:
                measures.append((f"sample_{name}_b{batch}{kind}_tokens_per_s", batch * new / seconds, "tokens/s"))
            note(f"{name}: batch {batch}: {batch * new / seconds:.1f} tokens/s")
    emit(measures)


main()
