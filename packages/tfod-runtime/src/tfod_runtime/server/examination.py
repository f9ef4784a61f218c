"""One picture of a request, looked at and timed; called in a worker's thread."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import Picture
from tfod_runtime.errors import PictureProblem
from tfod_runtime.examine import Examined, Examiner
from tfod_runtime.server.metrics import Metrics
from tfod_runtime.server.refusal import bad_request, refusal_of


@dataclass(frozen=True, slots=True)
class Examination:
    """What the protocols ask to look at pictures."""

    examiner: Examiner
    metrics: Metrics

    def of_file(self, data: bytes, name: str) -> Examined:
        """Looks at a picture file.

        Raises:
            Refusal: 422 with the picture's problem, 500 with the model's.
        """
        began = time.perf_counter()
        try:
            picture = decode_picture(data, name, self.examiner.max_pixels)
        except PictureProblem as problem:
            raise refusal_of(problem) from problem
        self.metrics.decode_seconds.observe(time.perf_counter() - began)
        return self._of(picture)

    def of_pixels(self, pixels: NDArray[np.uint8], name: str) -> Examined:
        """Looks at uint8 [height, width, 3] RGB.

        Raises:
            Refusal: 400 `PICTURE_TOO_LARGE`, 500 with the model's problem.
        """
        picture = Picture(name, pixels)
        if picture.width * picture.height > self.examiner.max_pixels:
            raise bad_request("PICTURE_TOO_LARGE", f"at most {self.examiner.max_pixels:,} pixels are taken")
        return self._of(picture)

    def _of(self, picture: Picture) -> Examined:
        began = time.perf_counter()
        (found,) = self.examiner.detector.detect_batch([picture])
        self.metrics.infer_seconds.observe(time.perf_counter() - began)
        if isinstance(found, PictureProblem):
            raise refusal_of(found)
        try:
            kept = self.examiner.choose(picture, found)
        except PictureProblem as problem:
            raise refusal_of(problem) from problem
        self.metrics.pictures.inc()
        return Examined(picture, kept)
