"""Object detectors of KerasHub (RetinaNet, D-FINE), exported with their non-maximum suppression.

Source: `ObjectDetector.predict` of keras-team/keras-hub. Boxes are ymin, xmin, ymax, xmax in pixels of the
picture that the model was given (`bounding_box_format="yxyx"`) or, with `rel_yxyx`, normalised; rows past
`num_detections` are -1. `labels` is the index of the head: COCO's ids for RetinaNet, whose index 0 is the
background; from 0 for D-FINE.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from tfod_runtime.families.adapter import Adapter, BoxUnit, Frame, Outputs, Settings
from tfod_runtime.families.answer import Answer
from tfod_runtime.families.feed import InputKind, feed_of
from tfod_runtime.families.reading import class_ids, finite
from tfod_runtime.families.rules import chosen_kind, mismatches
from tfod_runtime.signature import Shape, Signature

_KINDS = {"float32": InputKind.FLOAT_255, "uint8": InputKind.UINT8}
_BOXES, _SCORES, _LABELS, _COUNT = "boxes", "confidence", "labels", "num_detections"
_OUTPUTS: dict[str, Shape] = {
    _BOXES: (None, None, 4),
    _SCORES: (None, None),
    _LABELS: (None, None),
    _COUNT: (None,),
}


class KerasHub:
    """The family `keras-hub`."""

    name = "keras-hub"
    summary = (
        f"one input {', '.join(_KINDS)}, outputs {', '.join(_OUTPUTS)} (KerasHub, exported with its NMS)"
    )

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        return mismatches(signature, _KINDS, _OUTPUTS)

    def adapt(self, signature: Signature, settings: Settings) -> Adapter:
        """Boxes in pixels become shares of the picture that the model was given."""
        tensor = signature.inputs[0]
        feed = feed_of(tensor, chosen_kind(tensor, _KINDS, settings.input))
        read = partial(_read, unit=settings.boxes or "pixels", offset=settings.class_offset)
        return Adapter(self.name, signature, feed, tuple(_OUTPUTS), read, settings.class_offset)


def _read(outputs: Outputs, frames: Sequence[Frame], unit: BoxUnit, offset: int) -> list[Answer]:
    boxes, scores, labels, counts = (finite(outputs, name) for name in _OUTPUTS)
    answers = []
    for index, frame in enumerate(frames):
        rows = slice(0, int(counts[index]))
        sides = np.array([*frame, *frame], np.float32) if unit == "pixels" else np.ones(4, np.float32)
        answers.append(
            Answer(
                (boxes[index, rows] / sides).astype(np.float32),
                scores[index, rows].astype(np.float32),
                class_ids(labels[index, rows], offset),
            )
        )
    return answers
