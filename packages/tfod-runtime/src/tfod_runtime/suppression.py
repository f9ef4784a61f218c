"""Non-maximum suppression outside the graph, with the results of the Object Detection API's postprocessing.

There, every class has a NonMaxSuppressionV5 of its own over all boxes whose score passes a threshold of
1e-8, and nearly all that it keeps is dropped later for its score. Greedy suppression looks at boxes from
the best score down, and a box never suppresses a better one; so what does not reach the score that is asked
for may be left out before, and the walk may stop at the last row that the model would give. The detections
are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

RAW_OUTPUTS = ("raw_detection_boxes", "raw_detection_scores")
"""The signature's outputs from which boxes are chosen: those before suppression."""

_Sides: TypeAlias = "tuple[float, float, float, float, float]"
"""ymin, xmin, ymax, xmax, area."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """What the graph's NonMaxSuppression operations were told.

    Attributes:
        max_overlap: `iou_threshold`: a box that overlaps a better one of its class by more goes.
        score_threshold: Scores must be greater.
        per_class: How many of a class are kept at most.
        total: How many of a picture are kept at most.
        background: Whether the first column of the scores is that of the background.
    """

    max_overlap: float
    score_threshold: float
    per_class: int
    total: int
    background: bool

    def apply(
        self, boxes: NDArray[np.float32], scores: NDArray[np.float32], min_score: float
    ) -> dict[str, NDArray[np.float32]]:
        """The OD API's four outputs for one picture, without padding.

        Args:
            boxes: float32 [anchors, 4]: ymin, xmin, ymax, xmax.
            scores: float32 [anchors, classes].
            min_score: Detections below may be left out.
        """
        if self.background:
            scores = scores[:, 1:]
        passing = (scores > self.score_threshold) & (scores >= np.float32(min_score))
        anchors, labels = np.nonzero(passing)
        values = scores[anchors, labels]
        # TensorFlow breaks ties within a class by the lower box, between classes by the lower class.
        order = np.lexsort((anchors, labels, -values))
        kept = self._walk(boxes[anchors[order]].tolist(), labels[order].tolist())
        chosen = order[kept]
        return {
            "detection_boxes": boxes[anchors[chosen]][None],
            "detection_scores": values[chosen][None],
            "detection_classes": (labels[chosen] + 1).astype(np.float32)[None],
            "num_detections": np.array([len(kept)], np.float32),
        }

    def _walk(self, boxes: list[list[float]], labels: list[int]) -> list[int]:
        """Which are kept, of boxes and labels from the best score down."""
        kept: list[int] = []
        by_label: dict[int, list[_Sides]] = {}
        for index, (box, label) in enumerate(zip(boxes, labels, strict=True)):
            if len(kept) == self.total:
                break
            rivals = by_label.setdefault(label, [])
            sides = _sides(box)
            if len(rivals) < self.per_class and not any(
                _overlap(sides, rival) > self.max_overlap for rival in rivals
            ):
                rivals.append(sides)
                kept.append(index)
        return kept

    def to_json(self) -> dict[str, Any]:
        """As `prepared.json` holds it."""
        return {
            "maxOverlap": self.max_overlap,
            "scoreThreshold": self.score_threshold,
            "perClass": self.per_class,
            "total": self.total,
            "background": self.background,
        }

    @staticmethod
    def from_json(written: Any) -> Suppression:
        """What `to_json` wrote."""
        return Suppression(
            written["maxOverlap"],
            written["scoreThreshold"],
            written["perClass"],
            written["total"],
            written["background"],
        )


def _sides(box: list[float]) -> _Sides:
    ymin, ymax = min(box[0], box[2]), max(box[0], box[2])
    xmin, xmax = min(box[1], box[3]), max(box[1], box[3])
    return ymin, xmin, ymax, xmax, (ymax - ymin) * (xmax - xmin)


def _overlap(one: _Sides, other: _Sides) -> float:
    """Intersection over union as non_max_suppression_op.cc has it: 0 for a box without area."""
    if one[4] <= 0 or other[4] <= 0:
        return 0.0
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    if height <= 0 or width <= 0:
        return 0.0
    common = height * width
    return common / (one[4] + other[4] - common)
