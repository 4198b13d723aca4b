"""Tiny encoders for src/retriever/encode/hub-golden.test.ts and their numbers, by PyLate, sentence-transformers and Transformers.

python scripts/golden/encoders.py src/retriever/testing/encoders

Writes a folder for each encoder (as PyLate or sentence-transformers saves it, weights at random) and golden.json.
"""

import json
import os
import shutil
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
from pylate import losses, models, scores
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Dense, Normalize, Pooling, Transformer
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, WordPiece
from transformers import BertConfig, BertModel, ModernBertConfig, ModernBertModel, PreTrainedTokenizerFast

OUT = sys.argv[1]
TEMPERATURE = 0.5
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]
QUERIES = ["What is 3 plus 4?", "Add the first two numbers, then halve them.", "7 * (2 + 5)"]
# The last is far longer than ModernBERT's local window here, and longer than documents may be.
DOCUMENTS = [
    "3 plus 4 is 7; so the answer is 7.",
    " First add 12 and 30. Half of 42 is 21! ",
    "We take 2 + 5 = 7, and 7 * 7 = 49. " + "That is, seven times seven is forty nine. " * 3,
]


def template(tokenizer):
    ids = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ids)
    names = dict(unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)


def word_pieces():
    signs = list("0123456789abcdefghijklmnopqrstuvwxyz!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    pieces = [f"##{c}" for c in "0123456789abcdefghijklmnopqrstuvwxyz"] + ["is", "the", "plus", "add", "##er", "answ"]
    vocab = {token: i for i, token in enumerate(SPECIAL + signs + pieces)}
    tokenizer = Tokenizer(WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return template(tokenizer)


def bytes_of_text():
    alphabet = sorted(c for c in pre_tokenizers.ByteLevel.alphabet() if ord(c) < 127 or c in "ĠĊ")
    merges = [("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("i", "s"), ("Ġ", "is")]
    vocab = {token: i for i, token in enumerate(SPECIAL + alphabet + [a + b for a, b in merges])}
    tokenizer = Tokenizer(BPE(vocab, merges, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return template(tokenizer)


def tiny(kind):
    sizes = dict(hidden_size=16, num_attention_heads=2, intermediate_size=24, max_position_embeddings=128, pad_token_id=0)
    tokenizer = word_pieces() if kind == "bert" else bytes_of_text()
    if kind == "bert":
        model = BertModel(BertConfig(vocab_size=len(tokenizer), num_hidden_layers=2, **sizes))
    else:
        ends = dict(bos_token_id=2, cls_token_id=2, eos_token_id=3, sep_token_id=3)
        config = ModernBertConfig(vocab_size=len(tokenizer), num_hidden_layers=4, local_attention=8, **sizes, **ends)
        model = ModernBertModel(config)
    # Larger than usual, so that attention is sharp and every part shows.
    for name, value in model.named_parameters():
        if "norm" in name.lower() and name.endswith("weight"):
            value.data = 1 + 0.2 * torch.randn_like(value)
        else:
            value.data = 0.3 * torch.randn_like(value)
    folder = os.path.join(OUT, "plain")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def flat(tensor):
    return [float(f"{x:.6g}") for x in torch.as_tensor(tensor).detach().flatten().tolist()]


def late_interaction(kind, name, **settings):
    folder = os.path.join(OUT, name)
    model = models.ColBERT(tiny(kind), embedding_size=6, document_length=48, device="cpu", **settings)
    model.save(folder, create_model_card=False)
    model = models.ColBERT(folder, device="cpu")
    model.eval()
    query_vectors = model.encode(QUERIES, is_query=True)
    document_vectors = model.encode(DOCUMENTS, is_query=False)
    features = [model.tokenize(QUERIES, is_query=True), model.tokenize(DOCUMENTS, is_query=False)]
    loss = losses.Contrastive(model=model, temperature=TEMPERATURE)(features)
    loss.backward()
    pairs = [[scores.colbert_scores(q[None], d[None]).item() for d in map(torch.tensor, document_vectors)] for q in map(torch.tensor, query_vectors)]
    gradients = {n.split("auto_model.")[-1]: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None}
    return {
        "queryIds": [row[mask.bool()].tolist() if not model.do_query_expansion else row.tolist() for row, mask in zip(features[0]["input_ids"], features[0]["attention_mask"])],
        "documentIds": [row[mask.bool()].tolist() for row, mask in zip(features[1]["input_ids"], features[1]["attention_mask"])],
        "queryVectors": [flat(v) for v in query_vectors],
        "documentVectors": [flat(v) for v in document_vectors],
        "scores": flat(torch.tensor(pairs)),
        "loss": loss.item(),
        "gradientNorms": {n: float(f"{x:.6g}") for n, x in gradients.items()},
    }


def single_vector(kind, name, pooling, dense):
    folder = os.path.join(OUT, name)
    body = Transformer(tiny(kind), max_seq_length=48)
    modules = [body, Pooling(16, pooling_mode=pooling)]
    if dense:
        modules.append(Dense(16, 6, bias=False, activation_function=torch.nn.Identity()))
    prompts = {"query": "add: ", "document": ""}
    model = SentenceTransformer(modules=[*modules, Normalize()], prompts=prompts, device="cpu")
    model.save(folder, create_model_card=False)
    model = SentenceTransformer(folder, device="cpu")
    return {
        "queryVectors": [flat(v) for v in model.encode(QUERIES, prompt_name="query")],
        "documentVectors": [flat(v) for v in model.encode(DOCUMENTS, prompt_name="document")],
    }


torch.manual_seed(3)
markers = dict(query_prefix="[unused0]", document_prefix="[unused1]")
golden = {
    "versions": {"torch": torch.__version__, "pylate": "1.6.0"},
    "temperature": TEMPERATURE,
    "queries": QUERIES,
    "documents": DOCUMENTS,
    "late": {
        "bert": late_interaction("bert", "bert", query_length=32, **markers),
        "bert-unfilled": late_interaction("bert", "bert-unfilled", query_length=48, do_query_expansion=False, skiplist_words=[], **markers),
        "modern-bert": late_interaction("modern-bert", "modern-bert", query_length=64, **markers),
        "modern-bert-attended": late_interaction("modern-bert", "modern-bert-attended", query_length=64, attend_to_expansion_tokens=True, query_prefix="[Q] ", document_prefix="[D] "),
    },
    "single": {
        "bert-mean": single_vector("bert", "bert-mean", "mean", False),
        "modern-bert-cls": single_vector("modern-bert", "modern-bert-cls", "cls", True),
    },
}
shutil.rmtree(os.path.join(OUT, "plain"))
with open(os.path.join(OUT, "golden.json"), "w") as file:
    json.dump(golden, file)
