"""The outer form of a result: COCO's, https://cocodataset.org/#format-results.

A box is x, y, width, height in pixels of the upright picture, origin top left. Coordinates are continuous: a
box over the whole of a 640×480 picture is [0, 0, 640, 480].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

from tfod_runtime.detections import Box, Detection

# A thousandth of a pixel and a millionth of a score: finer than any model knows, and short on paper.
_PIXEL_DIGITS = 3
_SCORE_DIGITS = 6


class FoundObject(TypedDict):
    """One detection as it stands in `detections.jsonl` and in the server's answer."""

    category_id: int
    label: str
    score: float
    bbox: list[float]


class CocoResult(TypedDict):
    """One detection as it stands in `detections.json`; pycocotools' `loadRes` reads a list of these."""

    image_id: int
    category_id: int
    bbox: list[float]
    score: float
    file_name: str


def to_bbox(box: Box, width: int, height: int) -> list[float]:
    """A normalised box as COCO's [x, y, width, height] in pixels of a picture of `width` × `height`."""
    x, y = box.xmin * width, box.ymin * height
    sides = (x, y, box.xmax * width - x, box.ymax * height - y)
    return [round(side, _PIXEL_DIGITS) for side in sides]


def to_objects(detections: Sequence[Detection], width: int, height: int) -> list[FoundObject]:
    """Detections of a picture of `width` × `height` pixels in their outer form, in the order given."""
    return [
        {
            "category_id": found.class_id,
            "label": found.label,
            "score": round(found.score, _SCORE_DIGITS),
            "bbox": to_bbox(found.box, width, height),
        }
        for found in detections
    ]


def to_results(line: dict[str, Any]) -> Iterator[CocoResult]:
    """The COCO results of one line of `detections.jsonl`."""
    for found in line["detections"]:
        yield {
            "image_id": line["image_id"],
            "category_id": found["category_id"],
            "bbox": found["bbox"],
            "score": found["score"],
            "file_name": line["file_name"],
        }
