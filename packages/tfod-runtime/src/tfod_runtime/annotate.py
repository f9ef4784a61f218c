"""Detections drawn on their picture: a box in the colour of its class, a tag with label and score.

Masks tint what they cover, keypoints are dots.
"""

from __future__ import annotations

import colorsys
import io
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tfod_runtime.detections import Detection, Picture

_JPEG_QUALITY = 90
_JPEG_MAX_SIDE = 65_500  # the format's limit

_GOLDEN_RATIO = 0.618034  # multiples of it never come close to each other: neighbouring ids differ in hue
_SMALLEST_FONT = 9
_SIDE_PER_FONT_SIZE = 30
_SIDE_PER_LINE_WIDTH = 160
_TAGS_PER_PICTURE = 4
_TAGS_PER_BOX = 3  # a box with less room is hidden by a tag inside it

_WRITTEN_KEPT = 2048  # a few kilobytes each
_LETTERS_KEPT = 4096
_NO_CHARACTER = "\uffff"  # as Unicode has it

Colour: TypeAlias = tuple[int, int, int]
Area: TypeAlias = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels; x1 and y1 belong to it."""


def annotate(picture: Picture, detections: Sequence[Detection]) -> Image.Image:
    """A copy of the picture, of the same size, with its detections drawn on it.

    The font has hardly more than ASCII: a label with other letters is told by the class id, too.
    Lines and letters grow with the picture. The best detections are drawn last and choose first where their
    tag goes; a tag that would be wider than the picture, or a quarter of its height, is left out.
    """
    best_first = sorted(detections, key=lambda found: found.score, reverse=True)
    image = Image.fromarray(_tinted(picture.pixels, best_first))  # a copy, for Pillow has four bytes a pixel
    draw = ImageDraw.Draw(image)
    style = _style(image.width, image.height)
    for found in reversed(best_first):
        _draw_box(draw, _area(found, image.width, image.height), class_colour(found.class_id), style)
        _draw_keypoints(draw, found, style, image.size)
    tags: list[Area] = []
    for found in best_first:
        _draw_tag(draw, found, tags, style, image.size)
    return image


def to_jpeg(image: Image.Image) -> bytes:
    """The picture as a JPEG file; one that is longer than JPEG can be is made smaller."""
    longest = max(image.size)
    if longest > _JPEG_MAX_SIDE:
        width, height = (max(1, side * _JPEG_MAX_SIDE // longest) for side in image.size)
        image = image.resize((width, height))
    with _memory_file() as stream:
        image.save(stream, "JPEG", quality=_JPEG_QUALITY)
        stream.seek(0)
        return stream.read()


def _memory_file() -> BinaryIO:
    """A file of the system in memory: Pillow lets other threads run while it writes to one, and only then."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("picture.jpg"), "w+b")
    return io.BytesIO()  # not Linux


def class_colour(class_id: int) -> Colour:
    """The colour of a class, the same in every picture and run."""
    red, green, blue = colorsys.hsv_to_rgb(class_id * _GOLDEN_RATIO % 1, 0.8, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)


@dataclass(frozen=True, slots=True)
class _Style:
    line: int
    padding: int
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=256)
def _style(width: int, height: int) -> _Style:
    side = min(width, height)
    size = max(_SMALLEST_FONT, side // _SIDE_PER_FONT_SIZE)
    return _Style(max(1, round(side / _SIDE_PER_LINE_WIDTH)), max(1, size // 4), ImageFont.load_default(size))


def _area(found: Detection, width: int, height: int) -> Area:
    x0, y0 = int(found.box.xmin * width), int(found.box.ymin * height)
    x1, y1 = round(found.box.xmax * width) - 1, round(found.box.ymax * height) - 1
    return min(x0, width - 1), min(y0, height - 1), max(x0, x1), max(y0, y1)


def _tinted(pixels: NDArray[np.uint8], best_first: Sequence[Detection]) -> NDArray[np.uint8]:
    """The picture with the masks of its detections in their colours, the best ones on top."""
    if all(found.mask is None for found in best_first):
        return pixels
    tinted = pixels.copy()
    for found in reversed(best_first):
        if found.mask is not None:
            covered = found.mask.pixels(*pixels.shape[:2])
            colour = np.array(class_colour(found.class_id), np.uint8)
            tinted[covered] = pixels[covered] // 2 + colour // 2
    return tinted


def _draw_keypoints(
    draw: ImageDraw.ImageDraw, found: Detection, style: _Style, size: tuple[int, int]
) -> None:
    """A dot for each keypoint that was found."""
    radius = style.line + 1
    for point in found.keypoints:
        if point.score > 0:
            x, y = point.x * size[0], point.y * size[1]
            circle = (x - radius, y - radius, x + radius, y + radius)
            draw.ellipse(circle, fill=class_colour(found.class_id), outline=(0, 0, 0))


def _draw_box(draw: ImageDraw.ImageDraw, area: Area, colour: Colour, style: _Style) -> None:
    """The box between two thin dark lines, so that it is seen on a ground of its own colour too."""
    shade = (colour[0] // 4, colour[1] // 4, colour[2] // 4)
    rim = max(1, style.line // 3)
    x0, y0, x1, y1 = area
    if min(x1 - x0, y1 - y0) > 4 * style.line:
        draw.rectangle((x0 - rim, y0 - rim, x1 + rim, y1 + rim), outline=shade, width=style.line + 2 * rim)
    draw.rectangle(area, outline=colour, width=style.line)


def _draw_tag(
    draw: ImageDraw.ImageDraw, found: Detection, tags: list[Area], style: _Style, size: tuple[int, int]
) -> None:
    text = _written(f"{_readable(found)} {found.score:.2f}", style)
    width, height = text.width + 2 * style.padding, text.height + 2 * style.padding
    if width > size[0] or height * _TAGS_PER_PICTURE > size[1]:
        return
    places = list(_places(_area(found, *size), width, height, style, size))
    tag = next((place for place in places if not any(_overlap(place, other) for other in tags)), places[0])
    tags.append(tag)
    colour = class_colour(found.class_id)
    draw.rectangle(tag, fill=colour)
    draw.bitmap((tag[0] + style.padding, tag[1] + style.padding), text, fill=_ink(colour))


def _readable(found: Detection) -> str:
    """The label; where the font lacks letters of it, those that it has, without accents, and the class id."""
    if all(map(_has_glyph, found.label)):
        return found.label
    letters = "".join(filter(_has_glyph, unicodedata.normalize("NFKD", found.label)))
    return f"{letters.strip()} id:{found.class_id}".lstrip()


@lru_cache(maxsize=_LETTERS_KEPT)
def _has_glyph(letter: str) -> bool:
    """Whether the font does not draw the empty box that it has for everything unknown."""
    font = ImageFont.load_default(_SMALLEST_FONT)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NO_CHARACTER))


@lru_cache(maxsize=_WRITTEN_KEPT)
def _written(text: str, style: _Style) -> Image.Image:
    """The letters as a mask, no larger than they are. The same few texts come again and again."""
    left, top, right, bottom = (round(side) for side in style.font.getbbox(text))
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), text, fill=255, font=style.font)
    return mask


def _places(area: Area, width: int, height: int, style: _Style, size: tuple[int, int]) -> Iterator[Area]:
    """Where a tag may go, best first: on top of the box, in it where there is room, below it."""
    x0, y0, x1, y1 = area
    last_x, last_y = size[0] - width, size[1] - height
    above, inside, below = y0 - height, y0 + style.line, y1 + 1
    roomy = y1 - y0 >= _TAGS_PER_BOX * height and x1 - x0 >= width
    for x in (x0, x1 - width + 1):
        for y in (above, inside, below) if roomy else (above, below, inside):
            if 0 <= y <= last_y:
                x = max(0, min(x, last_x))
                yield x, y, x + width - 1, y + height - 1
    x, y = max(0, min(x0, last_x)), max(0, min(y0, last_y))
    yield x, y, x + width - 1, y + height - 1


def _overlap(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _ink(colour: Colour) -> Colour:
    """Black or white, whichever is read more easily on a colour (luma of ITU-R BT.601)."""
    luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    return (0, 0, 0) if luma > 140 else (255, 255, 255)
