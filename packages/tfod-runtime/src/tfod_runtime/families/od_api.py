"""SavedModels of the TF2 Object Detection API, as its exporter writes them for each `--input_type`.

Source: `exporter_lib_v2.py` of tensorflow/models. Every output is float32, `num_detections` and the class ids
too; boxes are normalised; the ids count from 1, the exporter having added one; rows past `num_detections` are
padding. A float picture is 0 to 255. Which of the two string inputs a model has is not in its signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from tfod_runtime.families.adapter import Adapter, Frame, Outputs, Settings
from tfod_runtime.families.answer import Answer
from tfod_runtime.families.feed import InputKind, feed_of
from tfod_runtime.families.reading import (
    BOXES,
    CLASSES,
    COUNT,
    KEYPOINT_SCORES,
    KEYPOINTS,
    MASKS,
    SCORES,
    class_ids,
    finite,
    with_extras,
)
from tfod_runtime.families.rules import FOUR_OUTPUTS, chosen_kind, mismatches
from tfod_runtime.signature import Signature

_KINDS = {"uint8": InputKind.UINT8, "float32": InputKind.FLOAT_255, "string": InputKind.ENCODED}
_EXTRAS = (MASKS, KEYPOINTS, KEYPOINT_SCORES)


class TfOdApi:
    """The family `tf-od-api`: a picture of any size in, four outputs, masks and keypoints where there are."""

    name = "tf-od-api"
    summary = (
        f"one input {', '.join(_KINDS)}, outputs {', '.join(FOUR_OUTPUTS)} "
        "(TF2 Object Detection API, exporter_main_v2.py)"
    )

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        return mismatches(signature, _KINDS, FOUR_OUTPUTS)

    def adapt(self, signature: Signature, settings: Settings) -> Adapter:
        """Boxes and ids are taken as they come."""
        tensor = signature.inputs[0]
        feed = feed_of(tensor, chosen_kind(tensor, _KINDS, settings.input))
        outputs = outputs_of(signature)
        read = partial(read_four, offset=settings.class_offset)
        return Adapter(self.name, signature, feed, outputs, read, settings.class_offset)


def outputs_of(signature: Signature) -> tuple[str, ...]:
    """The outputs that are read of a signature: the four, and masks and keypoints where it gives them."""
    return (*FOUR_OUTPUTS, *(name for name in _EXTRAS if signature.output(name) is not None))


def read_four(outputs: Outputs, frames: Sequence[Frame], offset: int) -> list[Answer]:
    """The four outputs with a batch in front, boxes normalised, cut at `num_detections`.

    Raises:
        PictureProblem: `MODEL_OUTPUT` when an output holds NaN or infinity: the model is broken.
    """
    boxes, scores, classes, counts = (finite(outputs, name) for name in (BOXES, SCORES, CLASSES, COUNT))
    answers = []
    for index, frame in enumerate(frames):
        rows = slice(0, int(counts[index]))
        plain = Answer(
            boxes[index, rows].astype(np.float32),
            scores[index, rows].astype(np.float32),
            class_ids(classes[index, rows], offset),
        )
        answers.append(with_extras(plain, outputs, index, frame))
    return answers
