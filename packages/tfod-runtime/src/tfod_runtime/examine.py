"""One picture from its bytes to what is reported: the step that the bulk run and the server share."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import MAX_PIXELS, Detection, Picture
from tfod_runtime.detector import Detector, Found
from tfod_runtime.errors import PictureProblem
from tfod_runtime.selection import Select, apply_selection, keep_all


@dataclass(frozen=True, slots=True)
class Examined:
    """A picture and what was found in it, best score first."""

    picture: Picture
    detections: Sequence[Detection]


@dataclass(frozen=True, slots=True)
class Examiner:
    """Decodes, detects, and lets the service's own code choose.

    Attributes:
        detector: The model.
        select: Which detections are reported. It is called by one thread at a time.
        max_pixels: The most pixels that a picture may have.
    """

    detector: Detector
    select: Select = keep_all
    max_pixels: int = MAX_PIXELS

    _turn: threading.Lock = field(default_factory=threading.Lock, compare=False)

    def examine(self, data: bytes, name: str) -> Examined:
        """Examines one picture file, given whole.

        Raises:
            PictureProblem: When it cannot be decoded, the model fails on it, or `select` does.
        """
        (examined,) = self.examine_batch([(data, name)])
        if isinstance(examined, PictureProblem):
            raise examined
        return examined

    def examine_batch(self, files: Sequence[tuple[bytes, str]]) -> list[Examined | PictureProblem]:
        """Examines picture files, given whole, with their names; one that fails harms no other."""
        decoded = [self._decode(data, name) for data, name in files]
        pictures = [picture for picture in decoded if isinstance(picture, Picture)]
        found = iter(self.detector.detect_batch(pictures) if pictures else [])
        return [
            self._examined(picture, next(found)) if isinstance(picture, Picture) else picture
            for picture in decoded
        ]

    def choose(self, picture: Picture, detections: Sequence[Detection]) -> list[Detection]:
        """What `select` keeps of a picture's detections, best score first.

        Raises:
            PictureProblem: `SELECT_FAILED`.
        """
        with self._turn:
            return apply_selection(self.select, picture, detections)

    def _decode(self, data: bytes, name: str) -> Picture | PictureProblem:
        try:
            return decode_picture(data, name, self.max_pixels)
        except PictureProblem as problem:
            return problem

    def _examined(self, picture: Picture, found: Found) -> Examined | PictureProblem:
        if isinstance(found, PictureProblem):
            return found
        try:
            return Examined(picture, self.choose(picture, found))
        except PictureProblem as problem:
            return problem
