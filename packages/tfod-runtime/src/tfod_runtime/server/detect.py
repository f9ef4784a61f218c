"""`POST /detect`: a picture as the body, or several in a form; JSON or the annotated picture comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from tfod_runtime.annotate import annotate, to_jpeg
from tfod_runtime.coco import to_objects
from tfod_runtime.examine import Examined
from tfod_runtime.server.examination import Examination
from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.multipart import Part, is_multipart, read_parts
from tfod_runtime.server.refusal import Refusal
from tfod_runtime.server.reply import JPEG, JSON, Reply, json_reply

_Written = TypeVar("_Written")


def detect(
    body: bytes, content_type: str, answer_type: str, examination: Examination, limits: ServerLimits
) -> Reply:
    """Answers the request: one object for a body that is a picture, `pictures` for a form.

    Args:
        body: All of it.
        content_type: Whether it is a form; any other type is taken for a picture.
        answer_type: `JSON` or `JPEG`.
        examination: Looks at the pictures.
        limits: How many they may be.

    Raises:
        Refusal: What is wrong with the form or a picture; of several, none is answered then.
    """
    if not is_multipart(content_type):
        examined = examination.of_file(body, "body")
        return _timed(examination, lambda: _one(examined, answer_type))
    parts = read_parts(body, content_type, limits.max_pictures)
    if answer_type == JPEG and len(parts) > 1:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, "NOT_ACCEPTABLE", "several pictures are answered as JSON")
    if answer_type == JPEG:
        examined = _examine(parts[0], examination)
        return _timed(examination, lambda: _one(examined, JPEG))
    return json_reply({"pictures": [_named(part, examination) for part in parts]})


def chosen_answer(accept: str) -> str:
    """`JPEG` when the Accept header (RFC 9110, 12.5.1) prefers it to JSON, else `JSON`.

    Raises:
        Refusal: 406 `NOT_ACCEPTABLE` when it takes neither.
    """
    quality: dict[str, float] = {}
    for entry in accept.split(",") if accept.strip() else ["*/*"]:
        kind, *parameters = (part.strip().lower() for part in entry.split(";"))
        weights = [text[2:] for text in parameters if text.startswith("q=")]
        quality[kind] = _weight(weights[0]) if weights else 1.0
    json, jpeg = (
        next((quality[kind] for kind in kinds if kind in quality), 0.0)
        for kinds in ((JSON, "application/*", "*/*"), (JPEG, "image/*", "*/*"))
    )
    if json == jpeg == 0.0:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, "NOT_ACCEPTABLE", f"answers are {JSON} or {JPEG}")
    return JPEG if jpeg > json else JSON


def _weight(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def _one(examined: Examined, answer_type: str) -> Reply:
    if answer_type == JPEG:
        return Reply(to_jpeg(annotate(examined.picture, examined.detections)), JPEG)
    return json_reply(_document(examined))


def _named(part: Part, examination: Examination) -> dict[str, Any]:
    """What is said of one of several pictures, whose pixels are not kept."""
    examined = _examine(part, examination)
    return _timed(examination, lambda: {"name": part.name, **_document(examined)})


def _examine(part: Part, examination: Examination) -> Examined:
    try:
        return examination.of_file(part.content, part.name)
    except Refusal as refusal:
        raise Refusal(refusal.status, refusal.code, f"{part.name}: {refusal.reason}") from refusal


def _document(examined: Examined) -> dict[str, Any]:
    width, height = examined.picture.width, examined.picture.height
    return {
        "width": width,
        "height": height,
        "detections": to_objects(examined.detections, width, height),
    }


def _timed(examination: Examination, write: Callable[[], _Written]) -> _Written:
    began = time.perf_counter()
    written = write()
    examination.metrics.postprocess_seconds.observe(time.perf_counter() - began)
    return written
