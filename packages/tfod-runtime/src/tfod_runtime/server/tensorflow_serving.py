"""The REST API of TensorFlow Serving: https://www.tensorflow.org/tfx/serving/api_rest.

A row or a column value is a picture: {"b64": "…"} is a picture file, nested lists are [height, width, 3].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfod_runtime.detections import Detection
from tfod_runtime.server.examination import Examination
from tfod_runtime.server.json_body import read_base64, read_object, read_pixels
from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.multipart import too_many_pictures
from tfod_runtime.server.refusal import bad_request
from tfod_runtime.server.reply import Reply, json_reply
from tfod_runtime.server.tensors import GIVEN, SIGNATURE, TAKEN, Kind, outputs_of

VERSION = "1"


def predict(body: bytes, examination: Examination, limits: ServerLimits) -> Reply:
    """Answers `:predict`: `predictions` for `instances`, `outputs` for `inputs`.

    Raises:
        Refusal: 400 for a body that is not so formed, and what looking at the pictures raises.
    """
    request = read_object(body)
    if request.get("signature_name", SIGNATURE) != SIGNATURE:
        raise bad_request("SIGNATURE_UNKNOWN", f"there is one signature, {SIGNATURE}")
    if ("instances" in request) == ("inputs" in request):
        raise bad_request("PREDICT_MALFORMED", 'give "instances" (rows) or "inputs" (columns)')
    in_rows = "instances" in request
    values = _rows(request["instances"]) if in_rows else _column(request["inputs"])
    if len(values) > limits.max_pictures:
        raise too_many_pictures(limits.max_pictures)
    found = [
        _look(value, f"{'instances' if in_rows else 'inputs'}[{number}]", examination)
        for number, value in enumerate(values)
    ]
    outputs = outputs_of(found)
    if not in_rows:
        return json_reply({"outputs": outputs})
    rows = [{name: output[row] for name, output in outputs.items()} for row in range(len(found))]
    return json_reply({"predictions": rows})


def status_document() -> dict[str, Any]:
    """What `GET /v1/models/<model>` answers of a model that is ready."""
    status = {"error_code": "OK", "error_message": ""}
    return {"model_version_status": [{"version": VERSION, "state": "AVAILABLE", "status": status}]}


def metadata_document(model: str) -> dict[str, Any]:
    """What `GET /v1/models/<model>/metadata` answers."""
    signature = {
        "inputs": {TAKEN.name: _tensor_info(TAKEN)},
        "outputs": {kind.name: _tensor_info(kind) for kind in GIVEN},
        "method_name": "tensorflow/serving/predict",
    }
    return {
        "model_spec": {"name": model, "signature_name": "", "version": VERSION},
        "metadata": {"signature_def": {"signature_def": {SIGNATURE: signature}}},
    }


def _tensor_info(kind: Kind) -> dict[str, Any]:
    dimensions = [{"size": str(size), "name": ""} for size in kind.shape]
    shape = {"dim": dimensions, "unknown_rank": False}
    return {"dtype": f"DT_{kind.dtype.upper().replace('32', '')}", "tensor_shape": shape, "name": kind.name}


def _rows(instances: object) -> list[Any]:
    if not isinstance(instances, list) or not instances:
        raise bad_request("PREDICT_MALFORMED", '"instances" must be a list of pictures')
    return [_only_input(row) if isinstance(row, dict) and "b64" not in row else row for row in instances]


def _column(inputs: object) -> list[Any]:
    if isinstance(inputs, dict) and "b64" not in inputs:
        inputs = _only_input(inputs)
    if not isinstance(inputs, list) or not inputs:
        raise bad_request("PREDICT_MALFORMED", '"inputs" must be a list of pictures')
    return inputs


def _only_input(named: dict[str, Any]) -> Any:
    """The value of the one input, whatever it is called: exporters call it by several names."""
    if len(named) != 1:
        raise bad_request("PREDICT_MALFORMED", f"there is one input, {TAKEN.name}")
    return next(iter(named.values()))


def _look(value: Any, what: str, examination: Examination) -> Sequence[Detection]:
    """What is found in a picture, whose pixels are not kept."""
    if isinstance(value, dict) and set(value) == {"b64"}:
        return examination.of_file(read_base64(value["b64"], what), what).detections
    if not isinstance(value, list):
        raise bad_request("PREDICT_MALFORMED", f'{what} must be {{"b64": "…"}} or nested lists')
    return examination.of_pixels(read_pixels(value, what), what).detections
