"""From the bytes of a picture file to pixels: upright, RGB, eight bits, whatever came.

- EXIF orientation is honoured, so a box lies where a person sees the object.
- Transparent areas become white. Palettes, greyscale, CMYK and 16-bit greyscale become 8-bit RGB; 16 bits are
  scaled (65535 → 255), never cut off.
- Of an animation the first frame counts.
- The size is taken from the header and checked before a pixel is decoded.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from simplejpeg import decode_jpeg

from tfod_runtime.detections import MAX_PIXELS, Picture
from tfod_runtime.errors import PictureProblem

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
"""What is read, by Pillow's names. Kept short on purpose: some of Pillow's other readers start programs."""

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
    | {".ppm", ".pgm", ".pbm", ".pnm"}
)
"""File names that end like this, in any case, are taken for pictures when a folder is searched."""

# Pillow's own limit is a global that warns; here the limit is an argument, and `_open` holds it.
Image.MAX_IMAGE_PIXELS = None

_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
_SIXTEEN_BIT_TO_EIGHT = 257  # 65535 / 255
_WHITE = (255, 255, 255, 255)
_PIXELS_AT_ONCE = 2**16
_ORIENTATION, _UPRIGHT = 0x0112, 1  # of EXIF

_TURNS: dict[int | None, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels[::-1].swapaxes(0, 1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: pixels[:, ::-1].swapaxes(0, 1),
}
"""How pixels are turned upright, by EXIF's orientation; 1 is upright."""

_JPEG_START, _JPEG_SCAN = b"\xff\xd8", b"\xda"
_PICTURE_STARTS = (_JPEG_START, b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
_OTHER_STARTS = (
    (b"version https://git-lfs", "a Git LFS pointer: run git lfs pull"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"<svg", "an SVG drawing"),
    (b"<", "HTML or XML"),
)


def decode_picture(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Picture:
    """Decodes one picture.

    Args:
        data: The whole file.
        name: What the outputs call it.
        max_pixels: The most pixels, width × height, that are decoded.

    Returns:
        The picture, with pixels uint8 [height, width, 3] RGB.

    Raises:
        PictureProblem: `PICTURE_EMPTY`, `PICTURE_UNKNOWN` (not a picture), `PICTURE_TOO_LARGE`,
            `PICTURE_DAMAGED` (truncated or broken), `PICTURE_DEPTH` (32 bits a sample).
    """
    if not data:
        raise PictureProblem("PICTURE_EMPTY", "the file is empty", expected="a picture", found="0 bytes")
    with _open(data) as image:
        _check_size(image, max_pixels)
        try:
            plain = _is_plain(image)
            pixels = _quickly(image, data)
            if pixels is None:
                image.load()
                pixels = _to_rgb(image)
            turn = _TURNS.get(_orientation(image))
            image.close()  # its pixels must not be there still when turning needs room for a copy
        except PictureProblem:
            raise
        except Exception as error:  # Pillow's readers raise a dozen kinds for damaged data
            raise _damaged(error) from error
    return Picture(name, np.ascontiguousarray(turn(pixels)) if turn else pixels, data if plain else None)


def _quickly(image: Image.Image, data: bytes) -> NDArray[np.uint8] | None:
    """The pixels of an ordinary JPEG; None for all that Pillow must look at, damaged files above all.

    libjpeg-turbo gives the same pixels by itself as through Pillow, in half the time: straight into the
    array, and not by way of an image with four bytes a pixel.
    """
    if image.format not in ("JPEG", "MPO") or image.mode not in ("RGB", "L"):
        return None
    try:
        pixels: NDArray[np.uint8] = decode_jpeg(data, "RGB", strict=True)
    except ValueError:
        return None
    return pixels


def _is_plain(image: Image.Image) -> bool:
    """Whether a file is a JPEG or PNG that needs nothing but decoding: upright, RGB, eight bits, opaque."""
    return (
        image.format in ("JPEG", "PNG")
        and image.mode == "RGB"
        and not image.has_transparency_data
        and not getattr(image, "is_animated", False)
        and _orientation(image) in (None, _UPRIGHT)
    )


def _orientation(image: Image.Image) -> int | None:
    try:
        value = image.getexif().get(_ORIENTATION)
        return value if isinstance(value, int) else None
    except Exception:  # an EXIF block that cannot be read says nothing about the pixels
        return None


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        if data.startswith(_PICTURE_STARTS):
            raise _damaged(error) from error
        raise PictureProblem(
            "PICTURE_UNKNOWN",
            "the file is not a picture that can be read",
            expected=f"one of {', '.join(FORMATS)}",
            found=_describe(data),
        ) from error
    except Exception as error:  # a header that is cut off or lies
        bare = _without_exif(data)
        if bare == data:
            raise _damaged(error) from error
        return _open(bare)


def _without_exif(data: bytes) -> bytes:
    """A JPEG file without its EXIF, which Pillow trips over when it is broken; other files as they are."""
    kept, at = [data[:2]], 2
    while (
        data.startswith(_JPEG_START) and data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != _JPEG_SCAN
    ):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 4 : at + 10] != b"Exif\0\0":
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, data[at:]])


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise PictureProblem(
            "PICTURE_TOO_LARGE",
            "the picture has too many pixels",
            expected=f"at most {max_pixels:,} pixels",
            found=f"{width} × {height} = {width * height:,}",
            remedy="raise --max-pixels, or make the picture smaller",
        )


def _to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """The pixels as uint8 [height, width, 3] RGB.

    Some rows at a time: an image of Pillow has four bytes a pixel, and there is room for one of them.
    """
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    rows = max(1, _PIXELS_AT_ONCE // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        pixels[top:bottom] = np.asarray(_band_to_rgb(image.crop((0, top, width, bottom)), image.format))
    return pixels


def _band_to_rgb(image: Image.Image, file_format: str | None) -> Image.Image:
    # Pillow gives 16-bit PGM as "I" with values up to 65535; an "I" from a TIFF has 32 bits.
    if image.mode in _SIXTEEN_BIT or (image.mode == "I" and file_format in ("PNG", "PPM")):
        wide = np.asarray(image).astype(np.uint32)
        narrow = (wide + _SIXTEEN_BIT_TO_EIGHT // 2) // _SIXTEEN_BIT_TO_EIGHT
        if "transparency" in image.info:
            narrow[wide == image.info["transparency"]] = _WHITE[0]
        return Image.fromarray(narrow.astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        raise PictureProblem(
            "PICTURE_DEPTH",
            "the picture has 32 bits a sample, and nothing says which value is white",
            expected="8 or 16 bits",
            found=f"{file_format} in mode {image.mode}",
        )
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), coloured).convert("RGB")
    return image.convert("RGB")


def _damaged(error: Exception) -> PictureProblem:
    return PictureProblem("PICTURE_DAMAGED", "the picture is truncated or damaged", found=_cause(error))


def _cause(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "a header that breaks off"
    return str(error) or type(error).__name__


def _describe(data: bytes) -> str:
    start = data[:512]
    for magic, what in _OTHER_STARTS:
        if start.lstrip().startswith(magic):
            return what
    if start[4:8] == b"ftyp":
        return f"an {start[8:12].decode('ascii', 'replace').strip()} file (HEIC, AVIF or video)"
    if all(byte >= 0x20 or byte in b"\t\n\r\f" for byte in start):
        return f"text: {start.decode('utf-8', 'replace').splitlines()[0][:40]!r}"
    return f"bytes {start[:8].hex(' ')}"
