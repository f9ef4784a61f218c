"""One picture from its bytes to what is reported: the step that the bulk run and the server share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import MAX_PIXELS, Detection, Picture
from tfod_runtime.detector import Detector
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
        select: Which detections are reported.
        max_pixels: The most pixels that a picture may have.
    """

    detector: Detector
    select: Select = keep_all
    max_pixels: int = MAX_PIXELS

    def examine(self, data: bytes, name: str) -> Examined:
        """Examines one picture file, given whole.

        Raises:
            PictureProblem: When it cannot be decoded, the model fails on it, or `select` does.
        """
        picture = decode_picture(data, name, self.max_pixels)
        (found,) = self.detector.detect_batch([picture])
        if isinstance(found, PictureProblem):
            raise found
        return Examined(picture, apply_selection(self.select, picture, found))
