"""Tiny encoders for src/retriever/encode/hub-golden.test.ts and their numbers, by PyLate, sentence-transformers and Transformers.

python scripts/golden/encoders.py src/retriever/testing/encoders

Writes two folders (as PyLate saves them, weights at random) and golden.json: for each variant its folder, the files that it has in
place of the folder's, and its numbers.
"""

import json
import os
import shutil
import sys
import tempfile
from importlib.metadata import version

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
from pylate import losses, models, scores
from sentence_transformers import SentenceTransformer
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


def save(kind, **prefixes):
    settings = dict(embedding_size=6, query_length=64, document_length=48, device="cpu", **prefixes)
    models.ColBERT(tiny(kind), **settings).save(os.path.join(OUT, kind), create_model_card=False)


def variant(folder, files):
    """A copy of a folder with other JSON files; keys go over those that are there."""
    copy = os.path.join(tempfile.mkdtemp(), folder)
    shutil.copytree(os.path.join(OUT, folder), copy)
    for name, values in files.items():
        path = os.path.join(copy, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            json.dump(values, file)
    return copy


def late_interaction(folder, **changes):
    with open(os.path.join(OUT, folder, "config_sentence_transformers.json")) as file:
        files = {"config_sentence_transformers.json": {**json.load(file), **changes}} if changes else {}
    model = models.ColBERT(variant(folder, files), device="cpu")
    model.eval()
    query_vectors = model.encode(QUERIES, is_query=True)
    document_vectors = model.encode(DOCUMENTS, is_query=False)
    features = [model.tokenize(QUERIES, is_query=True), model.tokenize(DOCUMENTS, is_query=False)]
    loss = losses.Contrastive(model=model, temperature=TEMPERATURE)(features)
    loss.backward()
    tensors = [list(map(torch.tensor, vectors)) for vectors in (query_vectors, document_vectors)]
    pairs = [[scores.colbert_scores(q[None], d[None]).item() for d in tensors[1]] for q in tensors[0]]
    gradients = {n: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None}
    ids = [
        [
            row.tolist() if is_query and model.do_query_expansion else row[mask.bool()].tolist()
            for row, mask in zip(side["input_ids"], side["attention_mask"])
        ]
        for is_query, side in zip((True, False), features)
    ]
    return {
        "folder": folder,
        "files": files,
        "queryLength": model.query_length,
        "queryIds": ids[0],
        "documentIds": ids[1],
        "queryVectors": [flat(v) for v in query_vectors],
        "documentVectors": [flat(v) for v in document_vectors],
        "scores": flat(torch.tensor(pairs)),
        "loss": loss.item(),
        "gradientNorms": {n.split("auto_model.")[-1]: float(f"{x:.6g}") for n, x in gradients.items()},
    }


def single_vector(folder, mode, dense):
    types = ["Transformer", "Pooling", *(["Dense"] if dense else []), "Normalize"]
    paths = {"Transformer": "", "Pooling": "2_Pooling", "Dense": "1_Dense", "Normalize": "3_Normalize"}
    modules = [
        {"idx": i, "name": str(i), "path": paths[t], "type": f"sentence_transformers.models.{t}"} for i, t in enumerate(types)
    ]
    identity = "torch.nn.modules.linear.Identity"
    files = {
        "modules.json": modules,
        "2_Pooling/config.json": {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": False, mode: True},
        "1_Dense/config.json": {"in_features": 16, "out_features": 6, "bias": False, "activation_function": identity},
        "3_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": 48, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": "add: ", "document": ""}, "similarity_fn_name": "cosine"},
    }
    model = SentenceTransformer(variant(folder, files), device="cpu")
    return {
        "folder": folder,
        "files": files,
        "queryVectors": [flat(v) for v in model.encode(QUERIES, prompt_name="query")],
        "documentVectors": [flat(v) for v in model.encode(DOCUMENTS, prompt_name="document")],
    }


torch.manual_seed(3)
save("bert", query_prefix="[unused0]", document_prefix="[unused1]")
# New tokens, for which PyLate makes the embedding table longer.
save("modern-bert", query_prefix="[Q] ", document_prefix="[D] ")
golden = {
    "versions": {name: version(name) for name in ("torch", "transformers", "sentence-transformers", "pylate")},
    "temperature": TEMPERATURE,
    "queries": QUERIES,
    "documents": DOCUMENTS,
    "late": {
        "bert": late_interaction("bert", query_length=32),
        "bert-unfilled": late_interaction("bert", query_length=48, do_query_expansion=False, skiplist_words=[]),
        "modern-bert": late_interaction("modern-bert"),
        "modern-bert-attended": late_interaction("modern-bert", attend_to_expansion_tokens=True, skiplist_words=["."]),
    },
    "single": {
        "bert-mean": single_vector("bert", "pooling_mode_mean_tokens", False),
        "modern-bert-cls": single_vector("modern-bert", "pooling_mode_cls_token", True),
    },
}
shutil.rmtree(os.path.join(OUT, "plain"))
with open(os.path.join(OUT, "golden.json"), "w") as file:
    json.dump(golden, file)
