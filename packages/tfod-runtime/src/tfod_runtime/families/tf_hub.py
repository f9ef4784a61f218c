"""Detectors of TensorFlow Hub in the form of `openimages_v4`: one picture in, outputs without a batch.

Source: the model pages of google/openimages_v4. The picture is float32, 0 to 1; boxes are normalised; labels
and scores are a column or a row; there is no count, every row is a detection.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from tfod_runtime.families.adapter import Adapter, Frame, Outputs, Settings
from tfod_runtime.families.answer import Answer
from tfod_runtime.families.feed import InputKind, feed_of
from tfod_runtime.families.reading import BOXES, SCORES, class_ids, finite
from tfod_runtime.families.rules import chosen_kind, mismatches
from tfod_runtime.signature import Shape, Signature

_KINDS = {"float32": InputKind.FLOAT_1}
_LABELS = "detection_class_labels"
_OUTPUTS: dict[str, Shape] = {BOXES: (None, 4), SCORES: None, _LABELS: None}


class TfHub:
    """The family `tf-hub`."""

    name = "tf-hub"
    summary = f"one input {', '.join(_KINDS)}, outputs {', '.join(_OUTPUTS)} without a batch (TensorFlow Hub)"

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        return mismatches(signature, _KINDS, _OUTPUTS)

    def adapt(self, signature: Signature, settings: Settings) -> Adapter:
        """Boxes and ids are taken as they come."""
        tensor = signature.inputs[0]
        feed = feed_of(tensor, chosen_kind(tensor, _KINDS, settings.input)).for_one()
        read = partial(_read, offset=settings.class_offset)
        return Adapter(self.name, signature, feed, tuple(_OUTPUTS), read, settings.class_offset)


def _read(outputs: Outputs, frames: Sequence[Frame], offset: int) -> list[Answer]:
    assert len(frames) == 1, "its outputs have no batch"
    boxes, scores, labels = (finite(outputs, name) for name in _OUTPUTS)
    return [
        Answer(
            boxes.astype(np.float32),
            scores.reshape(-1).astype(np.float32),
            class_ids(labels.reshape(-1), offset),
        )
    ]
