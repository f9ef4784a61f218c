"""How long a model takes on this machine: a first figure, not a benchmark."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfod_runtime.decode import SUFFIXES, decode_picture
from tfod_runtime.detections import Picture
from tfod_runtime.detector import Detector
from tfod_runtime.errors import PictureProblem

_RUNS = 15
_SECONDS = 6.0
_GREY = 128


@dataclass(frozen=True, slots=True)
class Latency:
    """Times of calls with one picture, in milliseconds.

    Attributes:
        picture: What it was.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        first: The first call with a picture of this size.
        median: Of those after it.
        runs: How many those are.
    """

    picture: str
    width: int
    height: int
    first: float
    median: float
    runs: int

    def to_json(self) -> dict[str, Any]:
        """The figures, to the tenth of a millisecond."""
        return {
            "picture": self.picture,
            "width": self.width,
            "height": self.height,
            "firstMilliseconds": round(self.first, 1),
            "medianMilliseconds": round(self.median, 1),
            "runs": self.runs,
        }


def measure_latency(detector: Detector, picture: Picture) -> Latency:
    """Runs a loaded model over one picture, up to 15 times after the first or for six seconds.

    Raises:
        PictureProblem: When the model fails on it.
    """
    first = _milliseconds(lambda: _detect(detector, picture))
    times: list[float] = []
    end = time.monotonic() + _SECONDS
    while len(times) < _RUNS and (time.monotonic() < end or not times):
        times.append(_milliseconds(lambda: _detect(detector, picture)))
    return Latency(picture.name, picture.width, picture.height, first, statistics.median(times), len(times))


def a_picture(samples: Path) -> Picture:
    """The first sample of a model, or a grey picture where there is none."""
    for path in sorted(samples.glob("*")):
        if path.suffix.lower() in SUFFIXES:
            return decode_picture(path.read_bytes(), path.name)
    return Picture("a grey picture", np.full((480, 640, 3), _GREY, np.uint8))


def _detect(detector: Detector, picture: Picture) -> None:
    (found,) = detector.detect_batch([picture])
    if isinstance(found, PictureProblem):
        raise found


def _milliseconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
