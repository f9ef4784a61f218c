"""JSON that a client sent, and the values in it that stand for pictures."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tfod_runtime.server.refusal import bad_request

_CHANNELS = 3


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
    try:
        wide = np.asarray(value)
    except ValueError as error:
        raise bad_request("PIXELS_MALFORMED", f"{what} has rows of different lengths") from error
    if wide.dtype.kind not in "iu":
        raise bad_request("PIXELS_MALFORMED", f"{what} does not hold whole numbers in rows of one length")
    if wide.size == 0 or wide.min() < 0 or wide.max() > np.iinfo(np.uint8).max:
        raise bad_request("PIXELS_MALFORMED", f"{what} must hold numbers from 0 to 255")
    return wide.astype(np.uint8)


def as_picture(pixels: NDArray[np.uint8], what: str) -> NDArray[np.uint8]:
    """The same, if it has the shape of a picture.

    Raises:
        Refusal: 400 `PIXELS_MALFORMED`.
    """
    if pixels.ndim != _CHANNELS or pixels.shape[2] != _CHANNELS or 0 in pixels.shape:
        shape = ", ".join(map(str, pixels.shape))
        raise bad_request("PIXELS_MALFORMED", f"{what} must be [height, width, 3], and is [{shape}]")
    return pixels
