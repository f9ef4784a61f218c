"""The Open Inference Protocol, version 2, over HTTP, which KServe and Triton speak.

https://github.com/kserve/open-inference-protocol, with its extension for binary tensors
(https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md).
The one input takes picture files as BYTES (base64 where the request is JSON) or pixels as UINT8.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tfod_runtime.detections import Detection
from tfod_runtime.server.binary_tensors import BinaryPart, binary_part, split_body, split_strings
from tfod_runtime.server.examination import Examination
from tfod_runtime.server.json_body import as_picture, read_base64, read_integers, read_object
from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.multipart import too_many_pictures
from tfod_runtime.server.refusal import bad_request
from tfod_runtime.server.reply import Reply, json_reply
from tfod_runtime.server.tensors import GIVEN, TAKEN, Kind, outputs_of
from tfod_runtime.version import VERSION as RUNTIME_VERSION

VERSION = "1"
HEADER_LENGTH = "Inference-Header-Content-Length"
_BINARY_MEDIA_TYPE = "application/octet-stream"
_DATATYPES = {"uint8": "UINT8", "float32": "FP32"}
_PICTURE_RANK = 3


def infer(
    body: bytes, header_length: str | None, model: str, examination: Examination, limits: ServerLimits
) -> Reply:
    """Answers `/v2/models/<model>/infer`.

    Args:
        body: JSON, and behind it the binary tensors if there are any.
        header_length: How much of it is JSON, where the request says so.
        model: The name that the answer repeats.
        examination: Looks at the pictures.
        limits: How many they may be.

    Raises:
        Refusal: 400 for a body that is not so formed, and what looking at the pictures raises.
    """
    text, rest = split_body(body, header_length)
    request = read_object(text)
    tensor = _only_input(request)
    part = binary_part(rest, _parameter(tensor, "binary_data_size"))
    found = _look(tensor, part, examination, limits)
    return _answer(request, model, found)


def server_document() -> dict[str, Any]:
    """What `GET /v2` answers."""
    return {"name": "tfod", "version": RUNTIME_VERSION, "extensions": ["binary_tensor_data"]}


def model_document(model: str) -> dict[str, Any]:
    """What `GET /v2/models/<model>` answers."""
    return {
        "name": model,
        "versions": [VERSION],
        "platform": "tensorflow_savedmodel",
        "inputs": [_described(TAKEN)],
        "outputs": [_described(kind) for kind in GIVEN],
    }


def _described(kind: Kind) -> dict[str, Any]:
    return {"name": kind.name, "datatype": _DATATYPES[kind.dtype], "shape": list(kind.shape)}


def _only_input(request: dict[str, Any]) -> dict[str, Any]:
    inputs = request.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise bad_request("INFER_MALFORMED", f'"inputs" must be a list of one tensor, {TAKEN.name}')
    return inputs[0]


def _look(
    tensor: dict[str, Any], part: BinaryPart | None, examination: Examination, limits: ServerLimits
) -> list[Sequence[Detection]]:
    """What is found in each picture; their pixels are not kept."""
    shape, what = _shape(tensor), f"input {tensor.get('name')!r}"[:80]
    count = 1 if len(shape) == _PICTURE_RANK else shape[0]
    if count > limits.max_pictures:
        raise too_many_pictures(limits.max_pictures)
    datatype = tensor.get("datatype")
    if datatype == "BYTES":
        files = _files(tensor, part, count, what)
        if shape not in ([len(files)], [len(files), 1]):
            raise bad_request("INFER_MALFORMED", f"{what} has {len(files)} elements, and shape {shape}")
        return [examination.of_file(data, f"{what} {number}").detections for number, data in enumerate(files)]
    if datatype == "UINT8":
        batch = _pixels(tensor, part, shape, what)
        return [examination.of_pixels(as_picture(picture, what), what).detections for picture in batch]
    raise bad_request("INFER_MALFORMED", f"{what} must be BYTES (picture files) or UINT8 (pixels)")


def _files(tensor: dict[str, Any], part: BinaryPart | None, count: int, what: str) -> Sequence[bytes]:
    if part is not None:
        return split_strings(part, count)
    data = tensor.get("data")
    if not isinstance(data, list):
        raise bad_request("INFER_MALFORMED", f'{what} has no "data"')
    flat = [each[0] if isinstance(each, list) and len(each) == 1 else each for each in data]
    return [read_base64(each, what) for each in flat]


def _pixels(
    tensor: dict[str, Any], part: BinaryPart | None, shape: list[int], what: str
) -> NDArray[np.uint8]:
    wanted = [1, *shape] if len(shape) == _PICTURE_RANK else shape
    flat = np.frombuffer(part, np.uint8) if part is not None else read_integers(tensor.get("data"), what)
    if len(wanted) != _PICTURE_RANK + 1 or flat.size != math.prod(wanted):
        raise bad_request("INFER_MALFORMED", f"{what} has {flat.size} elements, and shape {shape}")
    return flat.reshape(wanted)


def _shape(tensor: dict[str, Any]) -> list[int]:
    shape = tensor.get("shape")
    if (
        not isinstance(shape, list)
        or not shape
        or not all(type(size) is int and 0 < size < 2**31 for size in shape)
    ):
        raise bad_request("INFER_MALFORMED", "a tensor's shape must be a list of positive numbers")
    return shape


def _parameter(described: dict[str, Any], name: str) -> Any:
    parameters = described.get("parameters")
    return parameters.get(name) if isinstance(parameters, dict) else None


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    binary: bool


def _wanted(request: dict[str, Any]) -> list[_Wanted]:
    all_binary = _parameter(request, "binary_data_output") is True
    asked = request.get("outputs")
    if asked is None or asked == []:
        return [_Wanted(kind.name, all_binary) for kind in GIVEN]
    known = [kind.name for kind in GIVEN]
    if not isinstance(asked, list) or not all(
        isinstance(each, dict) and each.get("name") in known for each in asked
    ):
        raise bad_request("INFER_MALFORMED", f'"outputs" may name {", ".join(known)}')
    if len({each["name"] for each in asked}) < len(asked):
        raise bad_request("INFER_MALFORMED", '"outputs" names a tensor more than once')
    return [
        _Wanted(each["name"], all_binary if (own := _parameter(each, "binary_data")) is None else own is True)
        for each in asked
    ]


def _answer(request: dict[str, Any], model: str, found: Sequence[Sequence[Detection]]) -> Reply:
    tensors = outputs_of(found)
    described, behind = [], []
    for wanted in _wanted(request):
        values = tensors[wanted.name]
        tensor: dict[str, Any] = {"name": wanted.name, "shape": values.shape, "datatype": "FP32"}
        if wanted.binary:
            tensor["parameters"] = {"binary_data_size": values.nbytes}
            behind.append(values.astype("<f4").tobytes())
        else:
            tensor["data"] = values.ravel()
        described.append(tensor)
    document = {"model_name": model, "model_version": VERSION, "outputs": described}
    if isinstance(request.get("id"), str):
        document["id"] = request["id"]
    if not behind:
        return json_reply(document)
    head = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    return Reply(b"".join([head, *behind]), _BINARY_MEDIA_TYPE, {HEADER_LENGTH: str(len(head))})
