"""The five kinds of shapes, as polygons inscribed in the unit circle."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

Polygon = NDArray[np.float64]
"""Vertices [n, 2] as (x, y), y pointing down as in pictures."""


class Shape(Enum):
    """A class of the detector. The value is its 1-based id in the label map."""

    CIRCLE = 1
    SQUARE = 2
    TRIANGLE = 3
    STAR = 4
    CROSS = 5

    @property
    def label(self) -> str:
        """The class name as people read it."""
        return self.name.lower()


def _ring(radii: NDArray[np.float64], start: float) -> Polygon:
    angles = start + np.arange(len(radii)) * (2 * np.pi / len(radii))
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def _cross(arm: float) -> Polygon:
    quarter = np.array([[1.0, -arm], [1.0, arm], [arm, arm]])
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    polygon = np.concatenate([quarter @ np.linalg.matrix_power(turn, times) for times in range(4)])
    return np.asarray(polygon / np.hypot(1.0, arm))


_UP = -np.pi / 2
_OUTLINES: dict[Shape, Polygon] = {
    Shape.CIRCLE: _ring(np.ones(96), 0.0),
    Shape.SQUARE: _ring(np.ones(4), np.pi / 4),
    Shape.TRIANGLE: _ring(np.ones(3), _UP),
    Shape.STAR: _ring(np.tile([1.0, 0.42], 5), _UP),
    Shape.CROSS: _cross(0.36),
}


def outline(shape: Shape, rotation: float, stretch: float) -> Polygon:
    """Vertices [n, 2] of `shape`, stretched along x, then rotated (radians, clockwise on the screen).

    The stretch keeps the area: x is multiplied by sqrt(stretch), y divided by it.
    """
    scale = np.array([np.sqrt(stretch), 1.0 / np.sqrt(stretch)])
    cosine, sine = np.cos(rotation), np.sin(rotation)
    return np.asarray((_OUTLINES[shape] * scale) @ np.array([[cosine, sine], [-sine, cosine]]))
