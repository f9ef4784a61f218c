"""The tensors that clients of TensorFlow Serving and of the Open Inference Protocol know a detector by.

Names and meanings are those of the TF2 Object Detection API's exporter, with a batch in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.detections import Detection

INPUT = "input_tensor"
SIGNATURE = "serving_default"


@dataclass(frozen=True, slots=True)
class Kind:
    """A tensor's name, its dtype by TensorFlow's name, its shape with -1 for what is open."""

    name: str
    dtype: str
    shape: tuple[int, ...]


TAKEN = Kind(INPUT, "uint8", (-1, -1, -1, 3))
GIVEN = (
    Kind("detection_boxes", "float32", (-1, -1, 4)),
    Kind("detection_classes", "float32", (-1, -1)),
    Kind("detection_scores", "float32", (-1, -1)),
    Kind("num_detections", "float32", (-1,)),
)


def outputs_of(pictures: Sequence[Sequence[Detection]]) -> dict[str, NDArray[np.float32]]:
    """The detections of some pictures as float32 tensors.

    Returns:
        detection_boxes [pictures, most, 4] normalised ymin, xmin, ymax, xmax; detection_classes and
        detection_scores [pictures, most]; num_detections [pictures]. `most` is the largest number of
        detections in one picture; rows past a picture's own number are zeros.
    """
    most = max(map(len, pictures), default=0)
    outputs = {
        kind.name: np.zeros([len(pictures), *(most, 4)[: len(kind.shape) - 1]], np.float32) for kind in GIVEN
    }
    for row, detections in enumerate(pictures):
        outputs["num_detections"][row] = len(detections)
        for column, found in enumerate(detections):
            box = found.box
            outputs["detection_boxes"][row, column] = (box.ymin, box.xmin, box.ymax, box.xmax)
            outputs["detection_scores"][row, column] = found.score
            outputs["detection_classes"][row, column] = found.class_id
    return outputs
