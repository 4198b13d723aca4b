"""Messages of the Tinker API made by the official client's own protobuf classes, for src/tinker/wire/testing/golden.json.

    python scripts/golden/tinker_wire.py > src/tinker/wire/testing/golden.json

Needs tinker 0.25.0. Bytes are in base64; the numbers stand beside them.
"""

import base64
import json

import numpy as np
from tinker.proto import tinker_public_pb2 as pb


def b64(message):
    return base64.b64encode(message.SerializeToString(deterministic=True)).decode()


def request():
    message = pb.ForwardBackwardRequest(model_id="model_1", seq_id=7, loss_fn="ppo", forward_only=True)
    message.loss_fn_config["clip_low_threshold"] = 0.75
    datum = message.data.add()
    datum.model_input.add().encoded_text.tokens = np.array([11, 12, 13], np.int32).tobytes()
    for name, values, dtype, number in [
        ("advantages", [0, 0.5, -0.5], np.float32, pb.DTYPE_FLOAT32),
        ("target_tokens", [12, 13, 70000], np.int64, pb.DTYPE_INT64),
    ]:
        tensor = datum.loss_fn_inputs[name]
        tensor.dense = np.array(values, dtype).tobytes()
        tensor.dtype = number
        tensor.shape.append(len(values))
    return message


def output():
    message = pb.ForwardBackwardOutput(loss_fn_output_type="scalar")
    message.metrics["loss:sum"] = 1.5
    message.metrics["bad:mean"] = float("nan")
    for rows, first in [([2, 1], 0.0), ([3], 10.0)]:
        record = message.loss_fn_outputs.add(type_tag="x", num_datums=len(rows))
        count = sum(rows)
        floats = np.arange(count, dtype=np.float32) - first - 1
        halves = (floats.view(np.uint32) >> 16).astype(np.uint16)
        arrays = {
            "logprobs": (floats, pb.DTYPE_FLOAT32),
            "half": (halves, pb.DTYPE_BFLOAT16),
            "long": (np.arange(count, dtype=np.int64) - 1, pb.DTYPE_INT64),
            "int": (np.arange(count, dtype=np.int32) - 1, pb.DTYPE_INT32),
        }
        for name, (array, dtype) in arrays.items():
            tensor = record.fields[name]
            tensor.data = array.tobytes()
            offsets = np.concatenate([[0], np.cumsum(rows)]).astype(np.int64) * array.itemsize
            tensor.offsets = offsets.tobytes()
            tensor.dtype = dtype
    return message


def sample():
    message = pb.SampleResponse(prompt_logprobs=np.array([np.nan, -1.5], np.float32).tobytes(), prompt_cache_hit_tokens=3)
    for tokens, reason in [([21, 2], pb.STOP_REASON_STOP), ([30, 31, 32], pb.STOP_REASON_LENGTH)]:
        sequence = message.sequences.add(stop_reason=reason, tokens=np.array(tokens, np.int32).tobytes())
        sequence.logprobs = (-np.arange(1, len(tokens) + 1, dtype=np.float32) / 4).tobytes()
    message.sequences.add(tokens=np.array([5], np.int32).tobytes())  # no log-probabilities
    return message


print(json.dumps({"request": b64(request()), "output": b64(output()), "sample": b64(sample())}, indent=2))
