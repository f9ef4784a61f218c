"""Whether two detectors say the same of the same pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfod_runtime.detections import Box, Detection, Limits

MIN_IOU = 0.99
"""How much two boxes of the same object must cover each other."""
MAX_SCORE_DIFFERENCE = 1e-3


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two detectors agree.

    Attributes:
        pictures: How many were compared.
        detections: How many the first one made.
        strangers: Detections of either that the other does not have, one sentence each.
        min_iou: The worst overlap of two boxes that belong together; 1.0 where there are none.
        max_score_difference: The largest difference of two scores that belong together.
    """

    pictures: int
    detections: int
    strangers: tuple[str, ...]
    min_iou: float
    max_score_difference: float

    def __bool__(self) -> bool:
        """Whether they agree: at least one detection, and no difference worth the name."""
        return (
            self.detections > 0
            and not self.strangers
            and self.min_iou >= MIN_IOU
            and self.max_score_difference <= MAX_SCORE_DIFFERENCE
        )

    def __str__(self) -> str:
        """The figures on one line, and the first stranger."""
        if not self.detections:
            return f"nothing was found in {self.pictures} pictures, so nothing can be compared"
        text = (
            f"{self.detections} detections in {self.pictures} pictures, IoU at least {self.min_iou:.4f}, "
            f"scores differ by {self.max_score_difference:.1e} at most"
        )
        return f"{text}; {len(self.strangers)} differ: {self.strangers[0]}" if self.strangers else text


def compare(
    first: Sequence[Sequence[Detection]], second: Sequence[Sequence[Detection]], limits: Limits
) -> Agreement:
    """Compares detections, one list for each picture, best score first.

    A detection whose score lies on the very edge of what is reported may be missing on either side.
    """
    strangers: list[str] = []
    ious: list[float] = [1.0]
    differences: list[float] = [0.0]
    for number, (ours, theirs) in enumerate(zip(first, second, strict=True), 1):
        left = list(theirs)
        alone: list[Detection] = []
        for found in ours:
            twin = max(
                (other for other in left if other.class_id == found.class_id),
                key=lambda other: iou(found.box, other.box),
                default=None,
            )
            if twin is None or iou(found.box, twin.box) < 0.5:
                alone.append(found)
                continue
            left.remove(twin)
            ious.append(iou(found.box, twin.box))
            differences.append(abs(found.score - twin.score))
        edge = _edge(ours, theirs, limits)
        strangers += [
            f"picture {number}: {one.label} {one.score:.4f}" for one in (*alone, *left) if one.score > edge
        ]
    count = sum(map(len, first))
    return Agreement(len(first), count, tuple(strangers), min(ious), max(differences))


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0.0 to 1.0."""
    height = min(one.ymax, other.ymax) - max(one.ymin, other.ymin)
    width = min(one.xmax, other.xmax) - max(one.xmin, other.xmin)
    common = max(0.0, height) * max(0.0, width)
    return common / (one.area + other.area - common) if common else 0.0


def _edge(ours: Sequence[Detection], theirs: Sequence[Detection], limits: Limits) -> float:
    """The score up to which a detection may be there or not: the lowest one reported, and a little."""
    full = [found[-1].score for found in (ours, theirs) if len(found) == limits.max_detections]
    return max([limits.min_score, *full]) + MAX_SCORE_DIFFERENCE
