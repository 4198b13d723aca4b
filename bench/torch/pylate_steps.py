"""PyLate's side of `npm run bench -- retriever`: one step (training or encoding) for every line of input.

The first line is the work as JSON (bench/retriever/work.ts). After a step that warms up it prints {"ready": true}, then for every
empty line makes a step and prints its seconds. Runs with tcmalloc where that is installed.
"""

import json
import os
import sys
import tempfile
import time

from common import peak_gigabytes, with_tcmalloc

with_tcmalloc()
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Answers alone go to standard output, whatever the packages print.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch  # noqa: E402
from pylate import losses, models  # noqa: E402
from tokenizers import Tokenizer, models as vocabularies  # noqa: E402
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast  # noqa: E402


def answer(value: dict) -> None:
    print(json.dumps(value), file=answers, flush=True)


def colbert(shape: dict) -> models.ColBERT:
    """A random BERT of the shape with PyLate's projection; its tokenizer is never used for the texts, which come as ids."""
    torch.manual_seed(0)
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = {word: i for i, word in enumerate([*specials, *(f"w{i}" for i in range(shape["vocab"] - len(specials) - 2))])}
    named = dict(zip(["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"], specials))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(vocabularies.WordLevel(words, unk_token="[UNK]")), **named)
    config = BertConfig(
        vocab_size=shape["vocab"] - 2,
        hidden_size=shape["hidden"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        intermediate_size=shape["ffn"],
        max_position_embeddings=shape["maxTokens"],
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    with tempfile.TemporaryDirectory() as folder:
        BertModel(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return models.ColBERT(
            folder, embedding_size=shape["dim"], do_query_expansion=False, skiplist_words=[], device="cpu"
        )


def padded(texts: list[list[int]]) -> dict[str, torch.Tensor]:
    width = max(len(text) for text in texts)
    ids = torch.tensor([text + [0] * (width - len(text)) for text in texts])
    mask = torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in texts])
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}


def main() -> None:
    work = json.loads(sys.stdin.readline())
    torch.set_num_threads(work["threads"])
    model = colbert(work["shape"])
    if work["kind"] == "train":
        queries, documents = padded(work["queries"]), padded(work["documents"])
        loss_of = losses.Contrastive(model=model, temperature=work["temperature"])
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, weight_decay=0.01, fused=True)

        def step() -> None:
            loss = loss_of([dict(queries), dict(documents)])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()

        model.train()
    else:

        # As PyLate's encode does: batches of 32 texts of like length.
        sorted_texts = sorted(work["documents"], key=len, reverse=True)
        batches = [padded(sorted_texts[at : at + 32]) for at in range(0, len(sorted_texts), 32)]

        def step() -> None:
            with torch.inference_mode():
                for batch in batches:
                    torch.nn.functional.normalize(model(dict(batch))["token_embeddings"], p=2, dim=-1)

        model.eval()
    step()
    answer({"ready": True})
    while sys.stdin.readline():
        start = time.perf_counter()
        step()
        answer({"whole": time.perf_counter() - start, "peakGb": peak_gigabytes()})


main()
