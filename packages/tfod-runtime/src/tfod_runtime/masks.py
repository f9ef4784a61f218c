"""Which pixels an object covers, and COCO's short way of writing that down.

The compressed run lengths are those of COCO's `maskApi.c` (`rleToString`): pixels column by column, runs of
zeros and ones in turn, each length from the fourth on less the one two before it, in groups of five bits,
least first, a sixth bit saying that more follow, plus 48.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tfod_runtime.detections import Box

_THRESHOLD = 0.5  # of Mask R-CNN and of the Object Detection API


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """How surely each part of an area belongs to an object.

    Attributes:
        values: float32 [rows, columns], 0 to 1, spread evenly over the area.
        area: The part of the picture that they cover; it may reach beyond the edges.
    """

    values: NDArray[np.float32]
    area: Box

    def pixels(self, height: int, width: int) -> NDArray[np.bool_]:
        """Which pixels of a picture of this height and width belong to the object: bool [height, width].

        Values are interpolated at the centre of each pixel and count from 0.5 on.
        """
        covered = np.zeros((height, width), np.bool_)
        rows, down = _weights(self.area.ymin * height, self.area.ymax * height, height, self.values.shape[0])
        columns, across = _weights(
            self.area.xmin * width, self.area.xmax * width, width, self.values.shape[1]
        )
        # float32 weights of a value that is the same all over need not add up to 1 to the last bit.
        covered[rows, columns] = down @ self.values @ across.T >= _THRESHOLD - 1e-6
        return covered


def _weights(start: float, end: float, length: int, size: int) -> tuple[slice, NDArray[np.float32]]:
    """The pixels from `start` to `end` on a side of `length`, and how much of `size` values each takes."""
    first, last = max(0, math.ceil(start - 0.5)), min(length, math.ceil(end - 0.5))
    if last <= first:
        return slice(0, 0), np.zeros((0, size), np.float32)
    at = np.clip((np.arange(first, last) + 0.5 - start) / (end - start) * size - 0.5, 0, size - 1)
    distance = np.abs(at[:, None] - np.arange(size))
    return slice(first, last), np.maximum(0, 1 - distance).astype(np.float32)


def to_rle(pixels: NDArray[np.bool_]) -> str:
    """COCO's compressed run lengths of bool [height, width]: the `counts` of a segmentation."""
    flat = pixels.ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    starts = [0, 0] if flat[:1].any() else [0]  # the first run is one of zeros, if need be of none
    lengths = np.diff(np.concatenate([starts, edges, [flat.size]])).astype(np.int64)
    deltas = lengths.copy()
    deltas[3:] -= lengths[1:-2]
    return "".join(map(_letters, deltas.tolist()))


def _letters(number: int) -> str:
    letters = ""
    more = True
    while more:
        bits = number & 0x1F
        number >>= 5
        more = number != (-1 if bits & 0x10 else 0)
        letters += chr(48 + bits + (0x20 if more else 0))
    return letters
