from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from builders.a_server import Answer, RunningServer

from .pictures import BOX, PICTURE, SCENE

INFER = "/v2/models/colours/infer"
PIXELS = np.asarray(SCENE)
TEXT = base64.b64encode(PICTURE).decode()
FILE: dict[str, Any] = {"name": "input_tensor", "datatype": "BYTES", "shape": [1], "data": [TEXT]}


def outputs(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    return {tensor["name"]: tensor for tensor in answer.json["outputs"]}


@pytest.mark.parametrize(
    "tensor",
    [
        FILE,
        {**FILE, "shape": [1, 1], "data": [[TEXT]]},
        {"name": "x", "datatype": "UINT8", "shape": [1, 20, 40, 3], "data": PIXELS.ravel().tolist()},
        {"name": "x", "datatype": "UINT8", "shape": [20, 40, 3], "data": PIXELS.tolist()},
    ],
    ids=["file", "nested file", "flat pixels", "nested pixels"],
)
def test_json(ready: RunningServer, tensor: object) -> None:
    answer = ready.post(INFER, {"id": "7", "inputs": [tensor]})
    found = outputs(answer)
    assert (answer.json["model_name"], answer.json["model_version"], answer.json["id"]) == (
        "colours",
        "1",
        "7",
    )
    assert found["detection_boxes"] == {
        "name": "detection_boxes",
        "datatype": "FP32",
        "shape": [1, 1, 4],
        "data": BOX,
    }
    assert found["num_detections"]["data"] == [1]
    assert found["detection_scores"]["data"] == [pytest.approx(0.9)]


def binary(ready: RunningServer, request: dict[str, Any], *tensors: bytes) -> Answer:
    head = json.dumps(request).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    return ready.ask("POST", INFER, b"".join([head, *tensors]), headers)


@pytest.mark.parametrize("kind", ["file", "pixels"])
def test_binary_tensors(ready: RunningServer, kind: str) -> None:
    if kind == "file":
        data, shape, datatype = len(PICTURE).to_bytes(4, "little") + PICTURE, [1], "BYTES"
    else:
        data, shape, datatype = PIXELS.tobytes(), [1, *PIXELS.shape], "UINT8"
    size = {"binary_data_size": len(data)}
    request = {
        "inputs": [{"name": "x", "datatype": datatype, "shape": shape, "parameters": size}],
        "outputs": [
            {"name": "num_detections"},
            {"name": "detection_boxes", "parameters": {"binary_data": True}},
        ],
    }
    answer = binary(ready, request, data)
    assert answer.status == 200, answer.body
    end = int(answer.headers["Inference-Header-Content-Length"])
    count, boxes = json.loads(answer.body[:end])["outputs"]
    assert count["data"] == [1]
    assert boxes["parameters"] == {"binary_data_size": 16}
    assert np.frombuffer(answer.body[end:], "<f4").tolist() == BOX


def test_all_outputs_binary(ready: RunningServer) -> None:
    answer = ready.post(INFER, {"inputs": [FILE], "parameters": {"binary_data_output": True}})
    end = int(answer.headers["Inference-Header-Content-Length"])
    sizes = [each["parameters"]["binary_data_size"] for each in json.loads(answer.body[:end])["outputs"]]
    assert sum(sizes) == len(answer.body) - end == 16 + 4 + 4 + 4


def test_health_and_metadata(server: RunningServer) -> None:
    assert server.ask("GET", "/v2/health/live").json == {"live": True}
    assert server.ask("GET", "/v2").json["extensions"] == ["binary_tensor_data"]
    for path in ("/v2/health/ready", "/v2/models/colours/ready"):
        answer = server.ask("GET", path)
        assert (answer.status, answer.json["ready"]) == (503, False)
    model = server.ask("GET", "/v2/models/colours/versions/1").json
    assert model["inputs"] == [{"name": "input_tensor", "datatype": "UINT8", "shape": [-1, -1, -1, 3]}]
    assert server.ask("GET", "/v2/models/birds").code == "MODEL_UNKNOWN"


def test_readiness(ready: RunningServer) -> None:
    assert ready.ask("GET", "/v2/health/ready").json == {"ready": True}
    assert ready.ask("GET", "/v2/models/colours/ready").json == {"name": "colours", "ready": True}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"datatype": "FP32"}, "INFER_MALFORMED"),
        ({"shape": []}, "INFER_MALFORMED"),
        ({"shape": [0]}, "INFER_MALFORMED"),
        ({"shape": [True]}, "INFER_MALFORMED"),
        ({"shape": [2]}, "INFER_MALFORMED"),
        ({"shape": [10**9, 10**9]}, "TOO_MANY_PICTURES"),
        ({"data": None}, "INFER_MALFORMED"),
        ({"data": ["%"]}, "BASE64_MALFORMED"),
        ({"datatype": "UINT8", "shape": [1, 1, 1, 3], "data": [1, 2]}, "INFER_MALFORMED"),
        ({"datatype": "UINT8", "shape": [1, 1, 1, 4], "data": [1, 2, 3, 4]}, "PIXELS_MALFORMED"),
        ({"datatype": "UINT8", "shape": [1, 1, 1, 3], "data": [1, 2, 300]}, "PIXELS_MALFORMED"),
        ({"parameters": {"binary_data_size": 5}}, "BINARY_MALFORMED"),
    ],
)
def test_bad_tensors(ready: RunningServer, change: dict[str, Any], code: str) -> None:
    answer = ready.post(INFER, {"inputs": [{**FILE, **change}]})
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"inputs": []},
        {"inputs": [FILE, FILE]},
        {"inputs": [3]},
        {"inputs": [FILE], "outputs": [{"name": "x"}]},
        {"inputs": [FILE], "outputs": [{"name": ["num_detections"]}]},
        {"inputs": [FILE], "outputs": [{"name": "num_detections"}] * 2},
    ],
)
def test_bad_requests(ready: RunningServer, request_: object) -> None:
    assert ready.post(INFER, request_).code == "INFER_MALFORMED"


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30, "9999"])
def test_bad_header_lengths(ready: RunningServer, length: str) -> None:
    answer = ready.ask("POST", INFER, b"{}", {"Inference-Header-Content-Length": length})
    assert (answer.status, answer.code) == (400, "BINARY_MALFORMED")


def test_a_string_that_is_longer_than_its_tensor(ready: RunningServer) -> None:
    tensor = {"name": "x", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 6}}
    assert binary(ready, {"inputs": [tensor]}, b"\xff\xff\xff\xff??").code == "BINARY_MALFORMED"


def test_more_strings_than_the_shape_says(ready: RunningServer) -> None:
    tensor = {"name": "x", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 8}}
    assert binary(ready, {"inputs": [tensor]}, bytes(8)).code == "BINARY_MALFORMED"
