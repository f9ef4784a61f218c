"""Detectors without a model, for tests of what stands around one."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.detections import Box, Detection, Picture
from tfod_runtime.detector import Found
from tfod_runtime.errors import PictureProblem


class RedDetector:
    """Finds the rectangle around all red pixels; a picture 13 pixels high makes it fail."""

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        return [self._detect(picture.pixels) for picture in pictures]

    def _detect(self, pixels: NDArray[np.uint8]) -> Found:
        if pixels.shape[0] == 13:
            return PictureProblem("DETECTION_FAILED", "the model fails on this picture")
        red = (pixels[..., 0] > 160) & (pixels[..., 1:] < 100).all(-1)
        if not red.any():
            return []
        rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
        height, width = red.shape
        box = Box(rows[0] / height, columns[0] / width, (rows[-1] + 1) / height, (columns[-1] + 1) / width)
        return [Detection(box, 0.9, 1, "red")]


class WaitingDetector:
    """Finds nothing, and not before it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.entered = threading.Semaphore(0)

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        self.entered.release()
        self.go.wait(10)
        return [[] for _ in pictures]
