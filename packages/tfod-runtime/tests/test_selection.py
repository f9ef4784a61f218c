from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from tfod_runtime.detections import Box, Detection, Keypoint, Picture
from tfod_runtime.errors import PictureProblem
from tfod_runtime.selection import apply_selection, keep_all

PICTURE = Picture("a.jpg", np.zeros((4, 8, 3), np.uint8))
FOUND = [Detection(Box(0, 0, 1, 1), score, 1, "cat") for score in (0.9, 0.8, 0.7)]


def test_everything_is_kept_by_default() -> None:
    assert apply_selection(keep_all, PICTURE, FOUND) == FOUND


def test_what_is_chosen_comes_back_best_first() -> None:
    def last_two_backwards(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
        assert (picture.width, picture.height) == (8, 4)
        yield from reversed(detections[1:])

    assert apply_selection(last_two_backwards, PICTURE, FOUND) == FOUND[1:]


def test_code_that_fails_is_named_with_its_line() -> None:
    def broken(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
        return [detections[99]]

    with pytest.raises(PictureProblem, match="IndexError") as caught:
        apply_selection(broken, PICTURE, FOUND)
    assert caught.value.code == "SELECT_FAILED"
    line = broken.__code__.co_firstlineno + 1
    assert caught.value.facts["where"] == f"{__file__}:{line}"


@pytest.mark.parametrize("returned", [None, 5, ["cat"]])
def test_what_is_no_detection_is_refused(returned: Any) -> None:
    with pytest.raises(PictureProblem) as caught:
        apply_selection(lambda picture, detections: returned, PICTURE, FOUND)
    assert caught.value.code == "SELECT_FAILED"


def test_numbers_of_numpy_become_those_of_python() -> None:
    made = Detection(
        Box(*np.array([0, 0.25, 0.5, 1], np.float32)),
        np.float32(0.5),  # type: ignore[arg-type]
        np.int64(3),  # type: ignore[arg-type]
        "cat",
        keypoints=(Keypoint(*np.array([0.5, 0.5, 1], np.float16)),),
    )
    (kept,) = apply_selection(lambda picture, detections: [made], PICTURE, FOUND)
    assert kept == Detection(Box(0.0, 0.25, 0.5, 1.0), 0.5, 3, "cat", keypoints=(Keypoint(0.5, 0.5, 1.0),))
    json.dumps(asdict(kept))


def test_a_box_that_was_made_wider_ends_at_the_edges() -> None:
    made = replace(FOUND[0], box=Box(-0.1, 0.5, 1.1, 1e300))
    (kept,) = apply_selection(lambda picture, detections: [made], PICTURE, FOUND)
    assert kept.box == Box(0.0, 0.5, 1.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"score": float("nan")}, "nan as score"),
        ({"score": "high"}, "str as score"),
        ({"box": Box(0, 0, 1, float("inf"))}, "inf as box.xmax"),
        ({"box": (0, 0, 1, 1)}, "tuple as box"),
        ({"class_id": 1.0}, "float as class_id"),
        ({"label": None}, "NoneType as label"),
        ({"mask": np.ones((2, 2), bool)}, "ndarray as mask"),
        ({"keypoints": [Keypoint(0, 0, 1)]}, "list as keypoints"),
        ({"keypoints": ((0, 0, 1),)}, "tuple as keypoint"),
        ({"keypoints": (Keypoint(0, 0, None),)}, "NoneType as keypoint.score"),  # type: ignore[arg-type]
    ],
)
def test_a_value_that_makes_no_sense_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(PictureProblem) as caught:
        apply_selection(lambda picture, detections: [replace(FOUND[0], **changes)], PICTURE, FOUND)
    assert caught.value.code == "SELECT_FAILED"
    assert caught.value.facts["found"] == says


def test_what_was_put_among_the_detections_is_looked_at_too() -> None:
    def add_one(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
        assert isinstance(detections, list)
        detections.append("cat")
        return detections

    with pytest.raises(PictureProblem, match="SELECT_FAILED"):
        apply_selection(add_one, PICTURE, list(FOUND))
