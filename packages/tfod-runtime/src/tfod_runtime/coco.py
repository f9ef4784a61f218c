"""The outer form of a result: COCO's, https://cocodataset.org/#format-results.

A box is x, y, width, height in pixels of the upright picture, origin top left. Coordinates are continuous: a
box over the whole of a 640×480 picture is [0, 0, 640, 480]. A mask is a `segmentation` in compressed run
lengths over the whole picture; keypoints are x, y and score in turn, all three 0 for one that was not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

from tfod_runtime.detections import Box, Detection, Keypoint
from tfod_runtime.masks import to_rle

# A thousandth of a pixel and a millionth of a score: finer than any model knows, and short on paper.
_PIXEL_DIGITS = 3
_SCORE_DIGITS = 6


class Segmentation(TypedDict):
    """A mask: the height and width of the picture, and COCO's compressed run lengths."""

    size: list[int]
    counts: str


class Extras(TypedDict, total=False):
    """What only some models give."""

    segmentation: Segmentation
    keypoints: list[float]


class FoundObject(Extras):
    """One detection as it stands in `detections.jsonl` and in the server's answer."""

    category_id: int
    label: str
    score: float
    bbox: list[float]


class CocoResult(Extras):
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
            **_extras(found, width, height),
        }
        for found in detections
    ]


def _extras(found: Detection, width: int, height: int) -> Extras:
    extras: Extras = {}
    if found.mask is not None:
        counts = to_rle(found.mask.pixels(height, width))
        extras["segmentation"] = {"size": [height, width], "counts": counts}
    if found.keypoints:
        extras["keypoints"] = [
            number for point in found.keypoints for number in _triple(point, width, height)
        ]
    return extras


def _triple(point: Keypoint, width: int, height: int) -> tuple[float, float, float]:
    x, y = round(point.x * width, _PIXEL_DIGITS), round(point.y * height, _PIXEL_DIGITS)
    return x, y, round(point.score, _SCORE_DIGITS)


def to_results(line: dict[str, Any]) -> Iterator[CocoResult]:
    """The COCO results of one line of `detections.jsonl`."""
    for found in line["detections"]:
        result: CocoResult = {
            "image_id": line["image_id"],
            "category_id": found["category_id"],
            "bbox": found["bbox"],
            "score": found["score"],
            "file_name": line["file_name"],
        }
        if "segmentation" in found:
            result["segmentation"] = found["segmentation"]
        if "keypoints" in found:
            result["keypoints"] = found["keypoints"]
        yield result
