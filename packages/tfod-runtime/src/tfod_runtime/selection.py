"""The place where a service's own code has its say: which detections of a picture are kept."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from tfod_runtime.detections import Detection, Picture
from tfod_runtime.errors import PictureProblem

Select: TypeAlias = Callable[[Picture, Sequence[Detection]], Iterable[Detection]]
"""Given a picture and its detections, best score first, returns those to report, in any order."""


def keep_all(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
    """The `Select` that keeps everything."""
    return detections


def apply_selection(select: Select, picture: Picture, detections: Sequence[Detection]) -> list[Detection]:
    """Runs `select` on one picture; what it keeps comes back best score first.

    Raises:
        PictureProblem: `SELECT_FAILED` when the code raised, or returned something else than detections;
            the file and line where it happened are named, since that code is the service's own.
    """
    try:
        kept = list(select(picture, detections))
    except Exception as error:
        raise PictureProblem(
            "SELECT_FAILED",
            f"select() raised {type(error).__name__}: {error}",
            where=_place(error),
            remedy="mend select() in the service's detect.py",
        ) from error
    strangers = [thing for thing in kept if not isinstance(thing, Detection)]
    if strangers:
        raise PictureProblem(
            "SELECT_FAILED",
            "select() must return detections",
            found=type(strangers[0]).__name__,
            remedy="mend select() in the service's detect.py",
        )
    return sorted(kept, key=lambda found: found.score, reverse=True)


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"
