"""SavedModels of official/vision (tf-models-official), as `export_saved_model` writes them, NMS in the graph.

Source: `official/vision/serving/detection.py`. Boxes are pixels of the network's input, into which the
picture was scaled and padded; `image_info` [batch, 4, 2] tells how: the picture's height and width, those
wanted, the scale in y and x, the offset. With `output_normalized_coordinates` they are normalised already,
which no signature tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.families.adapter import Adapter, BoxUnit, Frame, Outputs, Settings
from tfod_runtime.families.answer import Answer
from tfod_runtime.families.feed import InputKind, feed_of
from tfod_runtime.families.od_api import outputs_of, read_four
from tfod_runtime.families.reading import BOXES, finite
from tfod_runtime.families.rules import FOUR_OUTPUTS, chosen_kind, mismatches
from tfod_runtime.signature import Signature

_KINDS = {"uint8": InputKind.UINT8, "float32": InputKind.FLOAT_IMAGENET, "string": InputKind.ENCODED}
_INFO = "image_info"
_OUTPUTS = {**FOUR_OUTPUTS, _INFO: (None, 4, 2)}

# Normalised sides end at 1 and pixels do not: a box within two pixels of the corner is none that was meant.
_MOST_NORMALISED = 2.0


class OfficialVision:
    """The family `official-vision`."""

    name = "official-vision"
    summary = f"one input {', '.join(_KINDS)}, outputs {', '.join(_OUTPUTS)} (official/vision)"

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        return mismatches(signature, _KINDS, _OUTPUTS)

    def adapt(self, signature: Signature, settings: Settings) -> Adapter:
        """Boxes in pixels of the network's input are brought back to the picture."""
        tensor = signature.inputs[0]
        feed = feed_of(tensor, chosen_kind(tensor, _KINDS, settings.input))
        read = partial(_read, unit=settings.boxes, offset=settings.class_offset)
        return Adapter(
            self.name, signature, feed, (*outputs_of(signature), _INFO), read, settings.class_offset
        )


def _read(outputs: Outputs, frames: Sequence[Frame], unit: BoxUnit | None, offset: int) -> list[Answer]:
    boxes, info = finite(outputs, BOXES), finite(outputs, _INFO)
    if (unit or _unit_of(boxes)) == "pixels":
        outputs = {**outputs, BOXES: _normalised(boxes, info)}
    return read_four(outputs, frames, offset)


def _unit_of(boxes: NDArray[np.float32]) -> BoxUnit:
    return "pixels" if boxes.max(initial=0) > _MOST_NORMALISED else "normalised"


def _normalised(boxes: NDArray[np.float32], info: NDArray[np.float32]) -> NDArray[np.float32]:
    """[batch, n, 4] in pixels of the network's input as shares of the pictures."""
    size, scale, shift = (np.tile(info[:, None, row], 2) for row in (0, 2, 3))
    return np.asarray((boxes + shift) / scale / size, np.float32)
