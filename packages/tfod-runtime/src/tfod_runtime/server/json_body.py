"""JSON that a client sent, and the values in it that stand for pictures."""

from __future__ import annotations

import base64
import binascii
from itertools import chain
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tfod_runtime.server.refusal import bad_request

_CHANNELS = 3
_MAX_RANK = 4  # pictures, rows, columns, channels


def read_object(body: bytes) -> dict[str, Any]:
    """The body as one JSON object.

    Raises:
        Refusal: 400 `JSON_MALFORMED`.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request("JSON_MALFORMED", f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise bad_request("JSON_MALFORMED", "the body is not a JSON object")
    return document


def read_base64(text: object, what: str) -> bytes:
    """The bytes of a base64 text.

    Raises:
        Refusal: 400 `BASE64_MALFORMED`.
    """
    if not isinstance(text, str):
        raise bad_request("BASE64_MALFORMED", f"{what} is not a base64 text")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_request("BASE64_MALFORMED", f"{what} is not base64: {error}") from error


def read_pixels(value: object, what: str) -> NDArray[np.uint8]:
    """Nested lists as uint8 [height, width, 3] RGB.

    Raises:
        Refusal: 400 `PIXELS_MALFORMED`.
    """
    return as_picture(read_integers(value, what), what)


def read_integers(value: object, what: str) -> NDArray[np.uint8]:
    """Nested lists of whole numbers from 0 to 255, as uint8 of their shape.

    Raises:
        Refusal: 400 `PIXELS_MALFORMED`.
    """
    # NumPy would make of words rows as long as the longest one: it gets nothing but bytes.
    leaves, shape = _leaves(value, what)
    if set(map(type, leaves)) != {int}:
        raise bad_request("PIXELS_MALFORMED", f"{what} does not hold whole numbers in rows of one length")
    try:
        return np.frombuffer(bytearray(leaves), np.uint8).reshape(shape)
    except ValueError as error:
        raise bad_request("PIXELS_MALFORMED", f"{what} must hold numbers from 0 to 255") from error


def _leaves(value: object, what: str) -> tuple[list[Any], list[int]]:
    """What stands in nested lists, in one list, and the size of each level."""
    level: list[Any] = [value]
    shape: list[int] = []
    while type(level[0]) is list:
        size = len(level[0])
        if set(map(type, level)) != {list} or set(map(len, level)) != {size}:
            raise bad_request("PIXELS_MALFORMED", f"{what} has rows of different lengths")
        if size == 0 or len(shape) == _MAX_RANK:
            raise bad_request("PIXELS_MALFORMED", f"{what} must hold numbers, at most {_MAX_RANK} lists deep")
        shape.append(size)
        level = list(chain.from_iterable(level))
    return level, shape


def as_picture(pixels: NDArray[np.uint8], what: str) -> NDArray[np.uint8]:
    """The same, if it has the shape of a picture.

    Raises:
        Refusal: 400 `PIXELS_MALFORMED`.
    """
    if pixels.ndim != _CHANNELS or pixels.shape[2] != _CHANNELS or 0 in pixels.shape:
        shape = ", ".join(map(str, pixels.shape))
        raise bad_request("PIXELS_MALFORMED", f"{what} must be [height, width, 3], and is [{shape}]")
    return pixels
