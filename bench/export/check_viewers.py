"""Opens exports for viewers with the tools themselves and compares what they show with the run.

    npx tsx bench/export/save-viewers.ts OUTPUT_FOLDER
    python bench/export/check_viewers.py OUTPUT_FOLDER     # see docs/export.md for the versions

TensorBoard reads its event files with its own loader, Trackio imports its files and is asked as its dashboard asks, Inspect lists and
reads its logs.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

OUTPUT = Path(sys.argv[1])
EXPECTED = json.loads((OUTPUT / "expected.json").read_text())


def close(a: float, b: float, within: float = 1e-6) -> bool:
    return abs(a - b) <= within


def check_tensorboard() -> None:
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

    everything = {"scalars": 10**6, "text": 10**6}  # else a sample of the steps
    runs = EventMultiplexer(tensor_size_guidance=everything)
    runs.AddRunsFromDirectory(str(OUTPUT / "tensorboard"))
    runs.Reload()
    checked = 0
    for row in EXPECTED["metrics"]:
        events = runs.Tensors(row["arm"], "train/rewardMean")
        values = {event.step: float(event.tensor_proto.float_val[0]) for event in events}
        assert close(values[row["step"]], row["rewardMean"]), row
        checked += 1
    texts = 0
    for one in EXPECTED["evaluations"]:
        for split, average in one["splits"].items():
            events = {e.step: e for e in runs.Tensors(one["arm"], f"eval/{split}/average")}
            assert close(float(events[one["step"]].tensor_proto.float_val[0]), average), (one["arm"], one["step"])
            checked += 1
            shown = {e.step: e for e in runs.Tensors(one["arm"], f"eval/{split}/answers")}
            texts += len(shown[one["step"]].tensor_proto.string_val)
    config = runs.Tensors(EXPECTED["arms"][0], "config.yaml")[0].tensor_proto.string_val[0].decode()
    assert "seed" in config
    print(f"tensorboard {version('tensorboard')}: {checked} numbers, {texts} texts")


def check_trackio() -> None:
    folder = OUTPUT / "trackio"
    subprocess.run([sys.executable, str(folder / "show.py"), "--import-only"], check=True)
    os.environ["TRACKIO_DIR"] = str(folder.resolve())
    from trackio.sqlite_storage import SQLiteStorage

    project = next(path.stem for path in folder.glob("*.db"))
    assert set(EXPECTED["arms"]) <= set(SQLiteStorage.get_runs(project))
    checked = 0
    for arm in {row["arm"] for row in EXPECTED["metrics"]}:
        logged = {log["step"]: log for log in SQLiteStorage.get_logs(project, arm) if "train/rewardMean" in log}
        for row in EXPECTED["metrics"]:
            if row["arm"] == arm:
                assert close(logged[row["step"]]["train/rewardMean"], row["rewardMean"]), row
                checked += 1
    traces = 0
    for one in EXPECTED["evaluations"]:
        found = SQLiteStorage.get_traces(project, run=one["arm"], step=one["step"], limit=10**6)
        assert len(found) == one["samples"], (one["arm"], one["step"], len(found), one["samples"])
        assert any(one["first"] == trace["messages"][-1]["content"] for trace in found)
        traces += len(found)
    print(f"trackio {version('trackio')}: {checked} numbers, {traces} traces")


def check_inspect() -> None:
    from inspect_ai.log import list_eval_logs, read_eval_log

    logs = [read_eval_log(info) for info in list_eval_logs(str(OUTPUT / "inspect"))]
    assert len(logs) == len(EXPECTED["evaluations"])
    samples = 0
    for log in logs:
        arm, step = log.eval.metadata["arm"], log.eval.metadata["step"]
        one = next(e for e in EXPECTED["evaluations"] if (e["arm"], e["step"]) == (arm, step))
        assert log.status == "success"
        assert close(log.results.scores[0].metrics["mean"].value, one["average"]), (arm, step)
        assert len(log.samples) == one["samples"]
        scored = [sample for sample in log.samples if sample.scores]
        assert len(scored) == one["withReward"]
        assert all(sample.error for sample in log.samples if not sample.scores)
        assert log.samples[0].output.completion == one["first"]
        samples += len(log.samples)
    print(f"inspect-ai {version('inspect-ai')}: {len(logs)} logs, {samples} samples")


if __name__ == "__main__":
    check_tensorboard()
    check_trackio()
    check_inspect()
    print("all that was exported is shown as it is in the run")
