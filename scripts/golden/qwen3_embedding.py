"""A tiny random embedder in the layout of Qwen3-Embedding, and its vectors by Sentence Transformers.

    python scripts/golden/qwen3_embedding.py [OUTPUT_FOLDER]    (default src/retriever/testing/qwen3-embedding)

Qwen3 without an output head, pooling by the last token, unit vectors; the tokenizer puts an end token behind every text, and
questions have an instruction before them.
"""

import json
import sys
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Normalize, Pooling, Transformer
from tokenizers import Regex, Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3Model

WORDS = ["Instruct", "find", "a", "worked", "solution", "Query", ":", "apples", "pears", "two", "and", "three", "make", "five", "how", "many", "?", "."]
VOCAB = ["<pad>", "<unk>", "<end>", *WORDS]
PROMPT = "Instruct: find a worked solution\nQuery:"
QUERIES = ["how many apples make five?", "two pears and three pears and two pears", "pears?"]
DOCUMENTS = ["two apples and three apples make five.", "pears", "how many pears make three? two and a pears."]
MAX_TOKENS = 12

torch.manual_seed(5)
root = Path(sys.argv[1] if len(sys.argv) > 1 else "src/retriever/testing/qwen3-embedding")
tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(VOCAB)}, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[A-Za-z]+|[^\sA-Za-z]"), "removed", invert=True)
tokenizer.add_special_tokens(VOCAB[:3])
tokenizer.post_processor = TemplateProcessing(single="$A <end>", special_tokens=[("<end>", 2)])
model = Qwen3Model(
    Qwen3Config(
        vocab_size=len(VOCAB), hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=64, tie_word_embeddings=True, eos_token_id=2, bos_token_id=None,
    )
)
for name, parameter in model.named_parameters():
    noise = torch.randn_like(parameter)
    parameter.data = 1 + 0.2 * noise if "norm" in name else 0.3 * noise

plain = root / "plain"
model.save_pretrained(plain)
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", eos_token="<end>", padding_side="left")
fast.save_pretrained(plain)
transformer = Transformer(str(plain), max_seq_length=MAX_TOKENS)
embedder = SentenceTransformer(
    modules=[transformer, Pooling(16, pooling_mode="lasttoken"), Normalize()],
    prompts={"query": PROMPT, "document": ""},
    device="cpu",
)
embedder.save_pretrained(str(root), create_model_card=False)
for file in plain.iterdir():
    file.unlink()
plain.rmdir()
rounded = lambda vectors: [[float(f"{x:.7g}") for x in row] for row in vectors.tolist()]
expected = {
    "prompt": PROMPT,
    "maxTokens": MAX_TOKENS,
    "queries": QUERIES,
    "documents": DOCUMENTS,
    "queryVectors": rounded(embedder.encode(QUERIES, prompt_name="query")),
    "documentVectors": rounded(embedder.encode(DOCUMENTS, prompt_name="document")),
}
(root / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
