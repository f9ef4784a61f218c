"""SavedModels of the TF2 Object Detection API, as its exporter writes them for `--input_type image_tensor`.

Source: `exporter_lib_v2.py` of tensorflow/models. Every output is float32, `num_detections` and the class ids
too; the ids count from 1, the exporter having added one; rows past `num_detections` are padding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.detections import Box, Detection, Limits
from tfod_runtime.errors import PictureProblem
from tfod_runtime.labels import Labels
from tfod_runtime.signature import Shape, Signature, Tensor

_INPUT = Tensor("input_tensor", "uint8", (1, None, None, 3))
_BOXES, _SCORES = "detection_boxes", "detection_scores"
_CLASSES, _COUNT = "detection_classes", "num_detections"
_OUTPUTS: dict[str, Shape] = {_BOXES: (1, None, 4), _SCORES: (1, None), _CLASSES: (1, None), _COUNT: (1,)}


class TfOdApi:
    """The family `tf-od-api`: one picture of any size in, four outputs."""

    name = "tf-od-api"
    summary = (
        f"serving_default, one input {_INPUT.kind}, outputs {', '.join(_OUTPUTS)} in float32 "
        "(TF2 Object Detection API, exporter_main_v2.py --input_type image_tensor)"
    )
    outputs = tuple(_OUTPUTS)

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        reasons = []
        if signature.key != "serving_default":
            reasons.append(f"the key must be serving_default, not {signature.key}")
        if len(signature.inputs) != 1:
            reasons.append(f"there must be one input, not {len(signature.inputs)}")
        reasons += [
            f"the input must be {_INPUT.kind}, not {tensor.kind}"
            for tensor in signature.inputs[:1]
            if not _is_picture(tensor)
        ]
        for name, shape in _OUTPUTS.items():
            tensor = signature.output(name)
            if tensor is None:
                reasons.append(f"there is no output {name}")
            elif tensor.dtype != "float32" or not _fits(tensor.shape, shape):
                reasons.append(f"{name} must be {Tensor(name, 'float32', shape).kind}, not {tensor.kind}")
        return reasons

    def batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """One picture, uint8 [height, width, 3] RGB, as uint8 [1, height, width, 3]."""
        return pixels[None]

    def detections(
        self, outputs: Mapping[str, NDArray[np.float32]], labels: Labels, limits: Limits
    ) -> list[Detection]:
        """What the four outputs say, cut at `num_detections` and at `limits`, best score first.

        Boxes are cut at the picture's edges; one that lies wholly outside, or has no area, is left out.

        Raises:
            PictureProblem: `MODEL_OUTPUT` when an output holds NaN or infinity: the model is broken.
        """
        count = int(_numbers(outputs, _COUNT)[0])
        boxes, scores, class_ids = (
            _numbers(outputs, name)[0][:count] for name in (_BOXES, _SCORES, _CLASSES)
        )
        found: list[Detection] = []
        for index in np.argsort(-scores, kind="stable"):
            if len(found) == limits.max_detections or scores[index] < limits.min_score:
                break
            box = Box(*(min(1.0, max(0.0, float(side))) for side in boxes[index]))
            if box.area > 0:
                class_id = round(float(class_ids[index]))
                found.append(Detection(box, float(scores[index]), class_id, labels.name(class_id)))
        return found


def _numbers(outputs: Mapping[str, NDArray[np.float32]], name: str) -> NDArray[np.float32]:
    values = outputs[name]
    if not np.isfinite(values).all():
        raise PictureProblem(
            "MODEL_OUTPUT", f"the model gave {name} that are not numbers", found="NaN or infinity"
        )
    return values


def _is_picture(tensor: Tensor) -> bool:
    """Whether a picture of any size fits; a batch of any length takes a batch of one."""
    return tensor.dtype == "uint8" and tensor.shape in (_INPUT.shape, (None, None, None, 3), None)


def _fits(shape: Shape, pattern: tuple[int | None, ...] | None) -> bool:
    """Whether a shape is the pattern's, or leaves open what the pattern settles."""
    if shape is None or pattern is None:
        return True
    return len(shape) == len(pattern) and all(
        size is None or wanted is None or size == wanted for size, wanted in zip(shape, pattern, strict=True)
    )
