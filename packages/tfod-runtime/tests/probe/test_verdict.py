"""What is no proof: work that a GPU was not seen at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tfod_runtime.probe import (
    MODEL_PROOF,
    PROOF,
    Check,
    Options,
    Outcome,
    Report,
    Status,
    judge_model,
    judge_work,
    passed,
)


def outcome(values: Mapping[str, Any], said: str = "") -> Outcome:
    return Outcome(values, {}, dict.fromkeys(values, 0.1), None, None, 0, said)


def of(checks: Sequence[Check], id: str) -> Check:
    return next(check for check in checks if check.id == id)


def worked(device: str) -> dict[str, Any]:
    at = {"device": f"/job:localhost/replica:0/task:0/device:{device}", "told": "as it should be"}
    return {
        f"convolution {device}": {**at, "values": [27.0]},
        f"fused {device}": {**at, "values": [0.0, 28.5]},
        f"agreement {device}": {**at, "difference": 0.0, "scale": 1.0},
        f"memory {device}": {**at, "peak": 4096},
    }


LISTED = [{"device": f"GPU:{number}", "name": "Tesla T4", "capability": [7, 5]} for number in range(2)]
IGNORED = (
    "Ignoring visible gpu device (device: 1, name: T400) with Cuda multiprocessor count: 6. The minimum "
    "required count is 8. You can adjust this requirement with the env var TF_MIN_GPU_MULTIPROCESSOR_COUNT.\n"
)


def test_every_gpu_at_work() -> None:
    both = {"list": LISTED, "devices": ["GPU:0", "GPU:1"], **worked("GPU:0"), **worked("GPU:1")}
    assert {check.status for check in judge_work(outcome(both))} == {"pass"}


@pytest.mark.parametrize(
    ("started", "said", "found", "hint"),
    [
        ([], "", "of GPU:0, GPU:1 started: none", "TF_CPP_MAX_VLOG_LEVEL"),
        (["GPU:0"], IGNORED, "of GPU:0, GPU:1 started: GPU:0", "TF_MIN_GPU_MULTIPROCESSOR_COUNT"),
    ],
)
def test_a_gpu_that_is_listed_and_does_not_start(
    started: list[str], said: str, found: str, hint: str
) -> None:
    checks = judge_work(outcome({"list": LISTED, "devices": started, **worked("GPU:0")}, said))
    assert (checks[0].id, checks[0].status, checks[0].owner) == ("work.convolution", "fail", "framework")
    assert found in checks[0].found
    assert hint in checks[0].hint
    assert {check.status for check in checks[1:]} == {"skip"}


def placed(operation: str, device: str, count: int) -> str:
    at = f"/job:localhost/replica:0/task:0/device:{device}"
    return "".join(f"{operation}_{number}: ({operation}): {at}\n" for number in range(count))


SURE = {"class": 1, "score": 0.9, "box": [0.1, 0.1, 0.5, 0.5]}


def model(
    said: str = "", peak: int = 2**20, detections: Sequence[Mapping[str, Any]] = (SURE,)
) -> list[Check]:
    values = {"load": "demo", "picture": "a.jpg", "detect": list(detections), "latency": [1.0]}
    return judge_model(outcome({**values, "peak": peak}, said), outcome(values))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (placed("Conv2D", "GPU:0", 50) + placed("NonMaxSuppressionV5", "CPU:0", 9), "pass"),
        (placed("DepthwiseConv2dNative", "GPU:1", 5) + placed("MatMul", "CPU:0", 20), "pass"),
        (placed("Conv2D", "CPU:0", 50) + placed("MatMul", "GPU:0", 1), "fail"),
        (placed("Conv2D", "CPU:0", 1) + placed("DepthwiseConv2dNative", "GPU:0", 5), "fail"),
        (placed("MatMul", "GPU:0", 3) + placed("BatchMatMulV2", "CPU:0", 2), "pass"),
        (placed("MatMul", "GPU:0", 2) + placed("BatchMatMulV2", "CPU:0", 2), "fail"),
        (placed("NonMaxSuppressionV5", "CPU:0", 9), "warn"),
    ],
)
def test_where_the_model_computed(said: str, status: Status) -> None:
    check = of(model(said), "model.device")
    assert check.status == status, check.found
    assert of(model(said, peak=0), "model.device").status == "fail"


def report(model: Sequence[Check]) -> Report:
    checks = {id: passed(id, "seen") for id in (*PROOF, *MODEL_PROOF)} | {check.id: check for check in model}
    return Report(Options(model=Path("model")), tuple(checks.values()), {})


def test_what_was_not_seen_of_a_model_is_no_proof() -> None:
    on_gpu = placed("Conv2D", "GPU:0", 50)
    assert report(model(on_gpu)).result == "pass"
    nothing_found = model(on_gpu, detections=[{**SURE, "score": 0.3}])
    assert of(nothing_found, "model.agreement").status == "warn"
    assert report(nothing_found).result == "incomplete"
    assert report(model()).result == "incomplete"
