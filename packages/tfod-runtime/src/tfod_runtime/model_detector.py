"""A model at work: pictures in, detections out, whatever computes in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.detections import Limits, Picture
from tfod_runtime.errors import ModelProblem, PictureProblem
from tfod_runtime.families.adapter import Adapter, Frame, Outputs
from tfod_runtime.families.answer import Answer
from tfod_runtime.labels import Labels
from tfod_runtime.resize import Resize
from tfod_runtime.suppression import RAW_OUTPUTS, Suppression

if TYPE_CHECKING:
    from tfod_runtime.detector import Found

_BLACK = Picture("black", np.zeros((64, 64, 3), np.uint8))

Run: TypeAlias = Callable[[NDArray[Any]], Outputs]
"""One call of a model: the array that it is fed, its outputs by name. Raises what the engine raises."""


@dataclass(frozen=True, slots=True)
class ModelDetector:
    """A model behind the `Detector` interface.

    Attributes:
        run: Computes.
        adapter: How the model is fed and read.
        labels: The names of its classes.
        limits: What a detection must reach.
        resize: What is done to a picture before; None where the graph does it.
        suppression: What is done to the answer after; None where the graph does it.
        best_batch: How many pictures at once are fastest.
    """

    run: Run
    adapter: Adapter
    labels: Labels
    limits: Limits
    resize: Resize | None = None
    suppression: Suppression | None = None
    best_batch: int = 1

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        """What was found in each picture; a failure is `DETECTION_FAILED` or `MODEL_OUTPUT`."""
        return [found for group in self._calls(pictures) for found in self._detect(group)]

    def check(self) -> None:
        """Runs the model once on a black picture, so that the first real one does not pay for the set-up.

        Raises:
            ModelProblem: `MODEL_BROKEN` when even that fails; `LABELS_BEYOND_HEAD`.
        """
        self.labels.check_head(self.adapter.signature.head_classes, self.adapter.class_offset)
        (found,) = self.detect_batch([_BLACK])
        if isinstance(found, PictureProblem):
            raise ModelProblem("MODEL_BROKEN", "the model fails on a black picture", found=found.reason)

    def _calls(self, pictures: Sequence[Picture]) -> Iterator[Sequence[Picture]]:
        """The pictures in groups that go into one call: of one size each, unless they are resized before."""
        most = self.adapter.feed.batch_size or len(pictures)
        group: list[Picture] = []
        for picture in pictures:
            if group and (len(group) == most or not self._alike(group[-1], picture)):
                yield group
                group = []
            group.append(picture)
        if group:
            yield group

    def _alike(self, one: Picture, other: Picture) -> bool:
        if self.resize or self.adapter.feed.takes_bytes:
            return True
        frame = self.adapter.feed.frame
        return frame(one.height, one.width) == frame(other.height, other.width)

    def _detect(self, pictures: Sequence[Picture]) -> list[Found]:
        try:
            outputs = self.run(self._batch(pictures))
        except (
            Exception
        ) as error:  # an operation of the model, the memory, a device: the engine's own classes
            if len(pictures) > 1:
                return [found for picture in pictures for found in self._detect([picture])]
            what = "the model fails on this picture"
            return [PictureProblem("DETECTION_FAILED", what, found=gist(error))]
        return self._read(outputs, pictures)

    def _batch(self, pictures: Sequence[Picture]) -> NDArray[Any]:
        if self.resize is None:
            return self.adapter.feed.batch(pictures)
        rows = [self.resize.apply(picture.pixels) for picture in pictures]
        rows += rows[-1:] * ((self.adapter.feed.batch_size or 0) - len(rows))
        return rows[0][None] if len(rows) == 1 else np.stack(rows)

    def _read(self, outputs: Outputs, pictures: Sequence[Picture]) -> list[Found]:
        frames = [self.adapter.feed.frame(picture.height, picture.width) for picture in pictures]
        try:
            answers = self._answers(outputs, frames)
        except PictureProblem as problem:
            if len(pictures) > 1:
                return [found for picture in pictures for found in self._detect([picture])]
            return [problem]
        return [answer.cut(self.limits).to_detections(self.labels) for answer in answers]

    def _answers(self, outputs: Outputs, frames: Sequence[Frame]) -> list[Answer]:
        if self.suppression is None:
            return self.adapter.read(outputs, frames)
        boxes, scores = (outputs[name] for name in RAW_OUTPUTS)
        chosen = [
            self.suppression.apply(*raw, self.limits.min_score) for raw in zip(boxes, scores, strict=True)
        ]
        return [self.adapter.read(rows, [frame])[0] for rows, frame in zip(chosen, frames, strict=False)]


def gist(error: Exception) -> str:
    """The line of TensorFlow's message that says what happened: the first, or the one before the nodes."""
    lines = str(error).split("\n\t [[")[0].strip().splitlines() or [""]
    line = lines[-1] if lines[0] == "Graph execution error:" else lines[0]
    return f"{type(error).__name__}: {line}".removesuffix(": ")
