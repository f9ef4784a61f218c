from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from builders.a_server import RunningServer

from .pictures import BOX, PICTURE, SCENE

PREDICT = "/v1/models/colours:predict"
B64 = {"b64": base64.b64encode(PICTURE).decode()}
PIXELS = np.asarray(SCENE).tolist()
ROW: dict[str, Any] = {
    "detection_boxes": [BOX],
    "detection_scores": [pytest.approx(0.9)],
    "detection_classes": [1.0],
    "num_detections": 1.0,
}


@pytest.mark.parametrize("value", [B64, PIXELS], ids=["file", "pixels"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "bare"])
def test_rows(ready: RunningServer, value: object, named: bool) -> None:
    row = {"input_tensor": value} if named else value
    answer = ready.post(PREDICT, {"instances": [row]})
    assert (answer.status, answer.json) == (200, {"predictions": [ROW]})


@pytest.mark.parametrize("inputs", [[B64], {"input_tensor": [B64]}, {"inputs": [PIXELS]}])
def test_columns(ready: RunningServer, inputs: object) -> None:
    answer = ready.post(PREDICT, {"signature_name": "serving_default", "inputs": inputs})
    assert answer.status == 200
    assert answer.json == {"outputs": {name: [value] for name, value in ROW.items()}}


def test_a_batch_is_padded_to_its_longest(ready: RunningServer) -> None:
    grey = np.full((4, 4, 3), 128).tolist()
    _, empty = ready.post("/v1/models/colours/versions/1:predict", {"instances": [B64, grey]}).json[
        "predictions"
    ]
    assert empty == {
        "detection_boxes": [[0, 0, 0, 0]],
        "detection_scores": [0],
        "detection_classes": [0],
        "num_detections": 0,
    }


def test_the_model_is_described(ready: RunningServer) -> None:
    status = ready.ask("GET", "/v1/models/colours").json["model_version_status"][0]
    assert (status["state"], status["version"]) == ("AVAILABLE", "1")
    metadata = ready.ask("GET", "/v1/models/colours/metadata").json["metadata"]
    signature = metadata["signature_def"]["signature_def"]["serving_default"]
    assert signature["inputs"]["input_tensor"]["dtype"] == "DT_UINT8"
    assert {tensor["dtype"] for tensor in signature["outputs"].values()} == {"DT_FLOAT"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[1]", "JSON_MALFORMED"),
        ("{", "JSON_MALFORMED"),
        ({}, "PREDICT_MALFORMED"),
        ({"instances": [B64], "inputs": [B64]}, "PREDICT_MALFORMED"),
        ({"instances": []}, "PREDICT_MALFORMED"),
        ({"instances": {"b64": "x"}}, "PREDICT_MALFORMED"),
        ({"instances": ["text"]}, "PREDICT_MALFORMED"),
        ({"instances": [{"a": B64, "b": B64}]}, "PREDICT_MALFORMED"),
        ({"instances": [{"b64": "%%"}]}, "BASE64_MALFORMED"),
        ({"instances": [{"b64": 3}]}, "BASE64_MALFORMED"),
        ({"instances": [[[[1, 2]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, 256]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, 0.5]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, 3], [1, 2]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, 2**63]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, -(2**63)]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, 2**80]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, True, 3]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, "3"]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[1, 2, 3], 4]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[[[[[1, 2, 3]]]]]]}, "PIXELS_MALFORMED"),
        ({"instances": [[]]}, "PIXELS_MALFORMED"),
        ({"instances": [B64] * 5}, "TOO_MANY_PICTURES"),
        ({"signature_name": "other", "instances": [B64]}, "SIGNATURE_UNKNOWN"),
    ],
)
def test_bad_requests(ready: RunningServer, body: object, code: str) -> None:
    answer = ready.ask("POST", PREDICT, body.encode()) if isinstance(body, str) else ready.post(PREDICT, body)
    assert (answer.status, answer.code) == (400, code)


def test_another_model(ready: RunningServer) -> None:
    answer = ready.post("/v1/models/birds:predict", {"instances": [B64]})
    assert (answer.status, answer.code) == (404, "MODEL_UNKNOWN")
    assert "colours" in answer.json["error"]
