"""Real picture files with coloured rectangles on grey, made by Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RED, GREEN, BLUE, GREY = (230, 20, 20), (20, 220, 20), (20, 20, 230), (128, 128, 128)
Rectangle = tuple[tuple[int, int, int], tuple[int, int, int, int]]
"""A colour, and x, y, width, height in pixels."""


def scene(width: int, height: int, *rectangles: Rectangle) -> Image.Image:
    """A grey picture with rectangles on it."""
    image = Image.new("RGB", (width, height), GREY)
    for colour, (x, y, wide, high) in rectangles:
        image.paste(colour, (x, y, x + wide, y + high))
    return image


def file_bytes(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture as a file of a kind: `PNG`, `JPEG`, `TIFF`, …"""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def sixteen_bit_ramp() -> NDArray[np.uint16]:
    """uint16 [16, 256]: every multiple of 257 once in a row, so that 16 bits become 0 to 255 exactly."""
    return np.tile((np.arange(256, dtype=np.uint16) * 257), (16, 1))
