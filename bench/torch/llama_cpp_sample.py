"""llama.cpp through llama-cpp-python, f32: new tokens a second at 1, 8 and 64 sequences (prefill included).

The model is random, of the shape, written as GGUF. Sampling is greedy on the batch's logits in numpy, which is cheaper than
what the others do.
"""

import tempfile
from pathlib import Path

import gguf
import llama_cpp as lc
import numpy as np
from common import SAMPLE, SHAPES, arguments, emit, median_seconds, note


BATCH = 512


@lc.llama_log_callback
def quiet(*_) -> None:
    """llama.cpp writes hundreds of lines otherwise."""


lc.llama_log_set(quiet, None)


def write_random_model(path: Path, shape: dict) -> None:
    rng = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(shape["layers"])
    writer.add_context_length(2048)
    writer.add_embedding_length(shape["hidden"])
    writer.add_feed_forward_length(shape["ffn"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["kvHeads"])
    writer.add_rope_dimension_count(shape["headDim"])
    writer.add_key_length(shape["headDim"])
    writer.add_value_length(shape["headDim"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(shape["vocab"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([f"t{i}" for i in range(shape["vocab"])])
    writer.add_token_types([1] * shape["vocab"])
    writer.add_token_merges(["t 0"])
    writer.add_eos_token_id(2)

    def matrix(name: str, rows: int, columns: int) -> None:
        writer.add_tensor(f"{name}.weight", (rng.standard_normal((rows, columns), dtype=np.float32) * 0.02))

    d, q, kv, ffn = shape["hidden"], shape["heads"] * shape["headDim"], shape["kvHeads"] * shape["headDim"], shape["ffn"]
    matrix("token_embd", shape["vocab"], d)
    writer.add_tensor("output_norm.weight", np.ones(d, dtype=np.float32))
    for i in range(shape["layers"]):
        for norm in ["attn_norm", "ffn_norm"]:
            writer.add_tensor(f"blk.{i}.{norm}.weight", np.ones(d, dtype=np.float32))
        for name, rows, columns in [
            ("attn_q", q, d),
            ("attn_k", kv, d),
            ("attn_v", kv, d),
            ("attn_output", d, q),
            ("ffn_gate", ffn, d),
            ("ffn_up", ffn, d),
            ("ffn_down", d, ffn),
        ]:
            matrix(f"blk.{i}.{name}", rows, columns)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Sampler:
    def __init__(self, path: Path, vocab: int, sequences: int, length: int, threads: int) -> None:
        lc.llama_backend_init()
        self.model = lc.llama_model_load_from_file(str(path).encode(), lc.llama_model_default_params())
        assert self.model, "llama.cpp could not load the model"
        params = lc.llama_context_default_params()
        params.n_ctx = sequences * length
        params.n_seq_max = sequences
        params.n_batch = params.n_ubatch = BATCH
        params.n_threads = params.n_threads_batch = threads
        params.type_k = params.type_v = lc.GGML_TYPE_F32
        self.context = lc.llama_init_from_model(self.model, params)
        assert self.context, "llama.cpp could not make a context"
        self.batch = lc.llama_batch_init(BATCH, 0, 1)
        self.vocab, self.sequences = vocab, sequences

    def decode(self, entries: list[tuple[int, int, int, bool]]) -> None:
        """Entries: token, position, sequence, logits wanted."""
        for i, (token, position, sequence, wanted) in enumerate(entries):
            self.batch.token[i] = token
            self.batch.pos[i] = position
            self.batch.n_seq_id[i] = 1
            self.batch.seq_id[i][0] = sequence
            self.batch.logits[i] = wanted
        self.batch.n_tokens = len(entries)
        assert lc.llama_decode(self.context, self.batch) == 0

    def best(self, i: int) -> int:
        return int(np.ctypeslib.as_array(lc.llama_get_logits_ith(self.context, i), shape=(self.vocab,)).argmax())

    def run(self, prompt_length: int, new: int, group: int) -> None:
        """Responses come in groups of one prompt, which is computed once and whose keys the group's sequences share."""
        memory = lc.llama_get_memory(self.context)
        lc.llama_memory_clear(memory, True)
        rng = np.random.default_rng(1)
        tokens: list[int] = []
        together = max(1, BATCH // prompt_length)  # prompts a call
        leaders = range(0, self.sequences, group)
        for first in range(0, len(leaders), together):
            part = leaders[first : first + together]
            prompts = rng.integers(3, self.vocab, (len(part), prompt_length)).tolist()
            last = prompt_length - 1
            self.decode([(t, i, s, i == last) for s, prompt in zip(part, prompts) for i, t in enumerate(prompt)])
            for n, leader in enumerate(part):
                for follower in range(leader + 1, leader + group):
                    lc.llama_memory_seq_cp(memory, leader, follower, -1, -1)
                tokens += [self.best(n * prompt_length + last)] * group
        for n in range(new - 1):
            self.decode([(t, prompt_length + n, s, True) for s, t in enumerate(tokens)])
            tokens = [self.best(s) for s in range(self.sequences)]

    def close(self) -> None:
        lc.llama_batch_free(self.batch)
        lc.llama_free(self.context)
        lc.llama_model_free(self.model)


def main() -> None:
    args = arguments(__doc__, ["135m"])
    measures = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.shapes:
            path = Path(folder) / f"{name}.gguf"
            write_random_model(path, SHAPES[name])
            prompt, new = SAMPLE["prompt"], SAMPLE["new"]
            for batch, sequences, group in [("b1", 1, 1), ("b8", 8, 8), ("b64", 64, 8), ("b64_distinct", 64, 1)]:
                sampler = Sampler(path, SHAPES[name]["vocab"], sequences, prompt + new, args.threads)
                rounds = 1 if sequences == 64 else args.rounds
                seconds = median_seconds(lambda: sampler.run(prompt, new, group), rounds)
                sampler.close()
                measures.append((f"sample_{name}_{batch}_tokens_per_s", sequences * new / seconds, "tokens/s"))
                note(f"{name}: {batch}: {sequences * new / seconds:.1f} tokens/s")
    emit(measures)


main()
