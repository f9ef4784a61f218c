from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from tfod_runtime.detections import Box, Detection, Picture
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
