"""What the network must answer for a picture with known boxes.

Centre heat map with Gaussian peaks as in "Objects as Points" (Zhou et al. 2019, arXiv:1904.07850), with box
distances learnt on the whole inner Gaussian as in "Training-Time-Friendly Network" (Liu et al. 2019,
arXiv:1909.00700), which converges in far fewer steps than learning at the centre cell alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

SPREAD = 0.54
"""The Gaussian's support as a fraction of the box, TTFNet's alpha."""


@dataclass(frozen=True)
class Targets:
    """Answers on a grid of G x G cells."""

    heat: FloatArray
    """[G, G, classes], 1 at the centre cell of each object, falling to 0 around it."""
    boxes: FloatArray
    """[G, G, 4] ymin, xmin, ymax, xmax normalised 0..1: the box that a cell must give."""
    weight: FloatArray
    """[G, G], how much the box of a cell counts; each object's weights add up to about 1."""


def encode(boxes: FloatArray, labels: NDArray[np.int64], grid: int, classes: int) -> Targets:
    """Targets for `boxes` [n, 4] (ymin, xmin, ymax, xmax, 0..1) and `labels` [n] (0-based).

    Large boxes are written first, so that where Gaussians meet the smaller object keeps the cell.
    """
    heat = np.zeros((grid, grid, classes), np.float32)
    answer = np.zeros((grid, grid, 4), np.float32)
    weight = np.zeros((grid, grid), np.float32)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for number in np.argsort(-areas, kind="stable"):
        box = boxes[number]
        bump = _bump(box, grid)
        np.maximum(heat[..., labels[number]], bump, out=heat[..., labels[number]])
        inside = bump > 0
        answer[inside] = box
        weight[inside] = bump[inside] / bump.sum()
    return Targets(heat, answer, weight)


def _bump(box: FloatArray, grid: int) -> FloatArray:
    """A Gaussian [G, G] with its peak, 1, in the cell that holds the middle of the box."""
    middle = np.minimum(np.floor((box[:2] + box[2:]) / 2 * grid), grid - 1)
    half = np.maximum((box[2:] - box[:2]) * grid * SPREAD / 2, 0.5)
    sigma = (2 * half + 1) / 6
    steps = np.arange(grid, dtype=np.float32)[:, None] - middle
    line = np.exp(-(steps**2) / (2 * sigma**2)) * (np.abs(steps) <= half)
    return np.asarray(np.outer(line[:, 0], line[:, 1]), np.float32)
