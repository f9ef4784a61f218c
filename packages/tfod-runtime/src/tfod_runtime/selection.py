"""The place where a service's own code has its say: which detections of a picture are kept."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import TypeAlias

from tfod_runtime.detections import Box, Detection, Keypoint, Picture
from tfod_runtime.errors import PictureProblem

Select: TypeAlias = Callable[[Picture, Sequence[Detection]], Iterable[Detection]]
"""Given a picture and its detections, best score first, returns those to report, in any order."""

_REMEDY = "mend select() in the service's detect.py"


def keep_all(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
    """The `Select` that keeps everything."""
    return detections


def apply_selection(select: Select, picture: Picture, detections: Sequence[Detection]) -> list[Detection]:
    """Runs `select` on one picture; what it keeps comes back best score first.

    Detections that the code made itself may have NumPy's numbers, which become Python's, and boxes that reach
    beyond the picture, which end at its edges.

    Raises:
        PictureProblem: `SELECT_FAILED` when the code raised, or returned something else than detections, or
            one with a value that makes no sense; the file and line where it raised are named, since that
            code is the service's own.
    """
    offered = {id(found): found for found in detections}
    try:
        kept = list(select(picture, detections))
    except Exception as error:
        raise PictureProblem(
            "SELECT_FAILED",
            f"select() raised {type(error).__name__}: {error}",
            where=_place(error),
            remedy=_REMEDY,
        ) from error
    try:
        checked = [found if id(found) in offered else _checked(found) for found in kept]
    except ValueError as error:
        raise PictureProblem(
            "SELECT_FAILED", "select() must return detections", found=str(error), remedy=_REMEDY
        ) from error
    return sorted(checked, key=lambda found: found.score, reverse=True)


def _checked(found: Detection) -> Detection:
    """A detection that the service made, in Python's numbers. Raises `ValueError` where one cannot be."""
    from tfod_runtime.masks import Mask  # needs NumPy, which `--help` has no time for

    _expect(found, Detection, "detection")
    _expect(found.box, Box, "box")
    _expect(found.label, str, "label")
    _expect(found.class_id, Integral, "class_id")
    _expect(found.mask, (Mask, type(None)), "mask")
    _expect(found.keypoints, tuple, "keypoints")
    return replace(
        found,
        box=Box(*(_share(found.box, side) for side in ("ymin", "xmin", "ymax", "xmax"))),
        score=_number(found.score, "score"),
        class_id=int(found.class_id),
        keypoints=tuple(_keypoint(point) for point in found.keypoints),
    )


def _share(box: Box, side: str) -> float:
    return min(1.0, max(0.0, _number(getattr(box, side), f"box.{side}")))


def _keypoint(point: Keypoint) -> Keypoint:
    _expect(point, Keypoint, "keypoint")
    return Keypoint(*(_number(getattr(point, name), f"keypoint.{name}") for name in ("y", "x", "score")))


def _number(value: object, name: str) -> float:
    _expect(value, Real, name)
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise ValueError(f"{number} as {name}")
    return number


def _expect(value: object, kind: type | tuple[type, ...], name: str) -> None:
    if not isinstance(value, kind):
        raise ValueError(f"{type(value).__name__} as {name}")


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"
