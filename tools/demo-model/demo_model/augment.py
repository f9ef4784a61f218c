"""Random changes to a training picture that keep its labels true."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Example = tuple[FloatArray, FloatArray]
"""A square picture [side, side, 3] 0..255 and its boxes [n, 4] (ymin, xmin, ymax, xmax, 0..1)."""


def augment(example: Example, rng: np.random.Generator) -> Example:
    """Mirrors, turns and recolours; none of the shapes changes its class by it."""
    pixels, boxes = example
    if rng.uniform() < 0.5:
        pixels, boxes = mirrored((pixels, boxes))
    if rng.uniform() < 0.5:
        pixels, boxes = transposed((pixels, boxes))
    if rng.uniform() < 0.5:
        pixels, boxes = transposed(mirrored(transposed((pixels, boxes))))
    return _recoloured(pixels, rng), boxes


def mirrored(example: Example) -> Example:
    """Left and right exchanged."""
    pixels, boxes = example
    ymin, xmin, ymax, xmax = boxes.T
    return pixels[:, ::-1], np.stack([ymin, 1 - xmax, ymax, 1 - xmin], axis=1)


def transposed(example: Example) -> Example:
    """Rows and columns exchanged."""
    pixels, boxes = example
    return pixels.transpose(1, 0, 2), boxes[:, [1, 0, 3, 2]]


def _recoloured(pixels: FloatArray, rng: np.random.Generator) -> FloatArray:
    channels = rng.permutation(3)
    contrast = rng.uniform(0.75, 1.25)
    brightness = rng.uniform(-25, 25)
    changed = (pixels[..., channels] - 128) * contrast + 128 + brightness
    return np.asarray(np.clip(changed, 0, 255), np.float32)
