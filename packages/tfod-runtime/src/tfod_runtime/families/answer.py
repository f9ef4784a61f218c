"""The inner form of a model's answer: arrays, one row for each object, the same for every family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.detections import Box, Detection, Keypoint, Limits
from tfod_runtime.labels import Labels
from tfod_runtime.masks import Mask


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model found in one picture.

    Attributes:
        boxes: float32 [n, 4]: ymin, xmin, ymax, xmax as shares of the picture.
        scores: float32 [n], 0 to 1.
        class_ids: int64 [n]: ids of the label map, from 1.
        masks: float32 [n, rows, columns], 0 to 1, each spread over its mask box; None where there are none.
        mask_boxes: float32 [n, 4]: which part of the picture each mask covers, normalised as boxes are.
        keypoints: float32 [n, k, 3]: y and x as shares of the picture, and the score; None where there are
            none.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    masks: NDArray[np.float32] | None = None
    mask_boxes: NDArray[np.float32] | None = None
    keypoints: NDArray[np.float32] | None = None

    def cut(self, limits: Limits) -> Answer:
        """What is reported: best score first, as many as are wanted, down to the lowest score that counts.

        Boxes end at the picture's edges; one that lies wholly outside, or has no area, is left out.
        """
        boxes = np.clip(self.boxes, 0.0, 1.0)
        has_area = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        counts = np.flatnonzero(has_area & (self.scores >= limits.min_score))
        best_first = counts[np.argsort(-self.scores[counts], kind="stable")][: limits.max_detections]
        return Answer(
            boxes[best_first],
            self.scores[best_first],
            self.class_ids[best_first],
            _rows(self.masks, best_first),
            _rows(self.mask_boxes, best_first),
            _rows(self.keypoints, best_first),
        )

    def to_detections(self, labels: Labels) -> list[Detection]:
        """The rows as detections, in their order, with the names of their classes."""
        masks, keypoints = self._masks(), self._keypoints()
        rows = zip(self.boxes.tolist(), self.scores.tolist(), self.class_ids.tolist(), strict=True)
        return [
            Detection(Box(*box), score, class_id, labels.name(class_id), masks[row], keypoints[row])
            for row, (box, score, class_id) in enumerate(rows)
        ]

    def _masks(self) -> list[Mask | None]:
        if self.masks is None or self.mask_boxes is None:
            return [None] * len(self.scores)
        return [
            Mask(values, Box(*box)) for values, box in zip(self.masks, self.mask_boxes.tolist(), strict=True)
        ]

    def _keypoints(self) -> list[tuple[Keypoint, ...]]:
        if self.keypoints is None:
            return [()] * len(self.scores)
        return [tuple(Keypoint(*point) for point in points) for points in self.keypoints.tolist()]


def _rows(values: NDArray[Any] | None, rows: NDArray[np.intp]) -> NDArray[Any] | None:
    return None if values is None else values[rows]
