"""Bilinear resizing as TensorFlow's `ResizeBilinear` does it, before the model instead of in it.

Only the pixels that count are touched: a picture of 1920 × 1080 costs no more than a small one, where
TensorFlow turns the whole picture into floats first. The arithmetic is that of `resize_bilinear_op.cc` in
float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Grid: TypeAlias = Literal["half-pixel", "legacy", "corners"]
"""Which point of the picture a point of the result is: `half_pixel_centers`, neither flag, `align_corners`.
"""

_ROWS_AT_ONCE = 64
"""What is worked at then stays in the cache of a core."""
_IN_RANGE: Literal["clip"] = "clip"
"""Indices are in range; what numpy does by default to find that out takes twice as long."""

GRIDS: tuple[Grid, ...] = ("half-pixel", "legacy", "corners")


@dataclass(frozen=True, slots=True)
class Resize:
    """From a picture of any size to what a network takes: resized, then `value × scale + offset`.

    Attributes:
        height: Rows of the result.
        width: Columns of the result.
        grid: How points correspond.
        scale: For each colour; 1.0 leaves 0 to 255.
        offset: For each colour.
    """

    height: int
    width: int
    grid: Grid
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """uint8 [any, any, 3] RGB as float32 [height, width, 3]."""
        height, width, colours = pixels.shape
        top, bottom, down = _taps(self.grid, height, self.height)
        left, right, across = _column_taps(self.grid, width, self.width)
        rows = pixels.reshape(height, width * colours)
        resized = np.empty((self.height, self.width * colours), np.float32)
        for first in range(0, self.height, _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            taken = rows.take(np.concatenate([top[part], bottom[part]]), axis=0, mode=_IN_RANGE)
            upper, lower = np.split(_mix(_columns(taken, left), _columns(taken, right), across), 2)
            self._colour(_mix(upper, lower, down[part, None]), resized[part])
        return resized.reshape(self.height, self.width, colours)

    def _colour(self, values: NDArray[np.float32], to: NDArray[np.float32]) -> None:
        np.multiply(values, np.tile(np.array(self.scale, np.float32), self.width), out=to)
        to += np.tile(np.array(self.offset, np.float32), self.width)

    def to_json(self) -> dict[str, Any]:
        """As `prepared.json` holds it."""
        return {
            "height": self.height,
            "width": self.width,
            "grid": self.grid,
            "scale": list(self.scale),
            "offset": list(self.offset),
        }

    @staticmethod
    def from_json(written: Any) -> Resize:
        """What `to_json` wrote."""
        scale, offset = written["scale"], written["offset"]
        return Resize(
            written["height"],
            written["width"],
            written["grid"],
            (scale[0], scale[1], scale[2]),
            (offset[0], offset[1], offset[2]),
        )


def _columns(rows: NDArray[np.uint8], columns: NDArray[np.intp]) -> NDArray[np.float32]:
    return rows.take(columns, axis=1, mode=_IN_RANGE).astype(np.float32)


def _mix(
    one: NDArray[np.float32], other: NDArray[np.float32], share: NDArray[np.float32]
) -> NDArray[np.float32]:
    """`one + (other - one) × share`, in the memory of `other`."""
    other -= one
    other *= share
    other += one
    return other


@lru_cache(maxsize=256)
def _taps(
    grid: Grid, size: int, wanted: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Along one side, for each wanted point: the pixel before, the one after, and the share of the latter."""
    step = np.float32(size) / np.float32(wanted)
    if grid == "corners" and wanted > 1:
        step = np.float32(size - 1) / np.float32(wanted - 1)
    place = np.arange(wanted, dtype=np.float32)
    place = (place + np.float32(0.5)) * step - np.float32(0.5) if grid == "half-pixel" else place * step
    floor = np.floor(place)
    before = np.maximum(floor, 0).astype(np.intp)
    after = np.minimum(np.ceil(place), size - 1).astype(np.intp)
    return before, np.maximum(after, 0), place - floor


@lru_cache(maxsize=256)
def _column_taps(
    grid: Grid, size: int, wanted: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """`_taps` for each of the three colours of a row that is one line of numbers."""
    before, after, share = _taps(grid, size, wanted)
    colour = np.arange(3)
    left, right = ((column[:, None] * 3 + colour).ravel() for column in (before, after))
    return left, right, np.repeat(share, 3)
