from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from builders.a_picture import BLUE, GREEN, GREY, RED, file_bytes, scene, sixteen_bit_ramp
from numpy.typing import NDArray
from PIL import Image

from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import Picture
from tfod_runtime.errors import PictureProblem

# Red in the upper left corner, blue right of it, green below: no turn or flip looks like another.
CORNERS = scene(60, 40, (RED, (0, 0, 20, 10)), (BLUE, (40, 0, 20, 10)), (GREEN, (0, 30, 20, 10)))
ORIENTATION = 0x0112


def decode(data: bytes, max_pixels: int = 10_000_000) -> NDArray[np.uint8]:
    pixels = decode_picture(data, "picture", max_pixels).pixels
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3 and pixels.shape[2] == 3
    return pixels


def assert_close(pixels: NDArray[np.uint8], expected: Image.Image, tolerance: float) -> None:
    wanted = np.asarray(expected.convert("RGB")).astype(int)
    assert pixels.shape == wanted.shape
    assert np.abs(pixels.astype(int) - wanted).mean() <= tolerance


@pytest.mark.parametrize(
    ("kind", "tolerance"),
    [("PNG", 0), ("BMP", 0), ("TIFF", 0), ("PPM", 0), ("JPEG", 8), ("WEBP", 8), ("GIF", 4)],
)
def test_every_format(kind: str, tolerance: float) -> None:
    assert_close(decode(file_bytes(CORNERS, kind)), CORNERS, tolerance)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_the_pixels_of_every_picture_are_read_only(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    pixels = decode(file_bytes(CORNERS, kind, exif=exif))
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 0


def test_who_made_the_pixels_may_write_to_them_still() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    picture = Picture("picture", pixels)
    pixels[0] = 255
    assert picture.pixels[0, 0, 0] == 255


# How a picture must be stored so that a viewer that honours the tag shows CORNERS.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", STORED_AS)
def test_the_exif_orientation_is_honoured(kind: str, orientation: int) -> None:
    turn = STORED_AS[orientation]
    stored = CORNERS if turn is None else CORNERS.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    assert_close(decode(file_bytes(stored, kind, exif=exif)), CORNERS, 8)


def test_a_broken_exif_block_does_not_spoil_the_picture() -> None:
    data = file_bytes(CORNERS, "JPEG", exif=b"Exif\0\0MM\0*\0\0\xff\xff broken")
    assert_close(decode(data), CORNERS, 8)


def test_sixteen_bit_greyscale_is_scaled_not_cut_off() -> None:
    ramp = Image.fromarray(sixteen_bit_ramp())
    for kind in ("PNG", "TIFF", "PPM"):
        pixels = decode(file_bytes(ramp, kind))
        assert (pixels == np.arange(256)[None, :, None]).all(), kind


def test_a_transparent_value_of_sixteen_bit_greyscale() -> None:
    data = file_bytes(Image.fromarray(np.array([[0, 1, 300]], np.uint16)), "PNG", transparency=300)
    assert decode(data)[0, :, 0].tolist() == [0, 0, 255]


def test_a_picture_of_many_bands_is_put_together_as_it_was() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (700, 301, 4), np.uint8)
    exact = noise[..., :3]
    assert (decode(file_bytes(Image.fromarray(exact), "PNG")) == exact).all()
    white = Image.new("RGBA", (301, 700), "white")
    expected = np.asarray(Image.alpha_composite(white, Image.fromarray(noise)).convert("RGB"))
    assert (decode(file_bytes(Image.fromarray(noise), "PNG")) == expected).all()


def test_sixteen_bit_colour() -> None:
    """A PNG with 16 bits a sample, put together by hand: Pillow reads but does not write them."""
    samples = np.zeros((2, 3, 3), ">u2")
    samples[0, 0] = (65535, 0, 0)
    samples[1, 2] = (0, 32896, 65535)
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", 3, 2, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )
    pixels = decode(data)
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[1, 2].tolist() == [0, 128, 255]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_thirty_two_bits_are_refused_rather_than_guessed(mode: str) -> None:
    with pytest.raises(PictureProblem) as caught:
        decode(file_bytes(CORNERS.convert("L").convert(mode), "TIFF"))
    assert caught.value.code == "PICTURE_DEPTH"


def test_greyscale_and_black_and_white() -> None:
    assert_close(decode(file_bytes(CORNERS.convert("L"), "JPEG")), CORNERS.convert("L"), 3)
    assert_close(decode(file_bytes(CORNERS.convert("1"), "PNG")), CORNERS.convert("1"), 0)


def test_cmyk_jpeg() -> None:
    assert_close(decode(file_bytes(CORNERS.convert("CMYK"), "JPEG", quality=95)), CORNERS, 8)


def test_palette() -> None:
    palette = CORNERS.convert("P", palette=Image.Palette.ADAPTIVE)
    assert_close(decode(file_bytes(palette, "PNG")), CORNERS, 2)


def test_what_is_transparent_becomes_white() -> None:
    image = CORNERS.convert("RGBA")
    image.putalpha(0)
    image.paste((*RED, 255), (0, 0, 20, 10))
    grey = image.convert("LA")
    for file in (file_bytes(image), file_bytes(grey), file_bytes(image, "WEBP", lossless=True)):
        pixels = decode(file)
        assert pixels[-1, -1].tolist() == [255, 255, 255]
        assert pixels[0, 0].tolist() != [255, 255, 255]


def test_a_palette_with_a_transparent_entry() -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([*GREEN, *RED])
    image.putpixel((1, 1), 1)
    pixels = decode(file_bytes(image, "GIF", transparency=0))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[1, 1].tolist() == list(RED)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame(kind: str) -> None:
    frames = [scene(8, 8, (colour, (0, 0, 8, 8))) for colour in (RED, GREEN, BLUE)]
    data = file_bytes(frames[0], kind, save_all=True, append_images=frames[1:])
    assert Image.open(io.BytesIO(data)).n_frames == 3  # type: ignore[attr-defined]
    assert np.abs(decode(data)[4, 4].astype(int) - RED).max() < 12


def test_one_by_one() -> None:
    assert decode(file_bytes(scene(1, 1), "PNG")).tolist() == [[list(GREY)]]


def test_thirty_thousand_pixels_wide() -> None:
    assert decode(file_bytes(scene(30_000, 20), "PNG"), max_pixels=100_000_000).shape == (20, 30_000, 3)


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    """The header promises ten gigapixels; nothing but a look at it can be this quick and need no memory."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header
    bomb += struct.pack(">I", zlib.crc32(b"IHDR" + header))
    bomb += struct.pack(">I", 2) + b"IDAT" + b"xx" + struct.pack(">I", zlib.crc32(b"IDATxx"))
    with pytest.raises(PictureProblem) as caught:
        decode(bomb, max_pixels=100_000_000)
    assert caught.value.code == "PICTURE_TOO_LARGE"
    assert "100000 × 100000 = 10,000,000,000" in str(caught.value)


STATUS = Path("/proc/self/status")

BYTES_PER_PIXEL = """
import pathlib, sys
from tfod_runtime.decode import decode_picture

def kilobytes(name):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

small, large = (pathlib.Path(path).read_bytes() for path in sys.argv[1:])
decode_picture(small, "whatever is loaded late")
before = kilobytes("VmRSS")
picture = decode_picture(large, "it")
print((kilobytes("VmHWM") - before) * 1024 / picture.width / picture.height)
"""


@pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc")
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_the_memory_that_a_pixel_takes(tmp_path: Path, mode: str) -> None:
    """An image of Pillow, four bytes, and the array, three: a small file can have very many pixels."""
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    for side in (10, 3000):
        data = file_bytes(Image.new(mode, (side, side)), "PNG", exif=turned)
        (tmp_path / f"{side}.png").write_bytes(data)
    files = [str(tmp_path / f"{side}.png") for side in (10, 3000)]
    ended = subprocess.run(
        [sys.executable, "-c", BYTES_PER_PIXEL, *files],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(ended.stdout) < 7.5


def test_the_limit_is_inclusive() -> None:
    data = file_bytes(scene(10, 10), "PNG")
    assert decode(data, max_pixels=100).shape == (10, 10, 3)
    with pytest.raises(PictureProblem):
        decode(data, max_pixels=99)


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "PICTURE_EMPTY", "0 bytes"),
        (b"just some words\nand more", "PICTURE_UNKNOWN", "text: 'just some words'"),
        (b"<!doctype html><html>", "PICTURE_UNKNOWN", "HTML"),
        (b"%PDF-1.7 ...", "PICTURE_UNKNOWN", "a PDF"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "PICTURE_UNKNOWN", "git lfs pull"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "PICTURE_UNKNOWN", "heic"),
        (bytes(range(200, 256)) + b"\0\1\2", "PICTURE_UNKNOWN", "bytes c8 c9"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PICTURE_UNKNOWN", "text"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "PICTURE_DAMAGED", "Truncated"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PICTURE_DAMAGED", "breaks off"),
    ],
)
def test_what_is_no_picture(data: bytes, code: str, says: str) -> None:
    with pytest.raises(PictureProblem) as caught:
        decode(data)
    assert caught.value.code == code
    assert says in caught.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_pictures(kind: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))
    data = file_bytes(noise, kind)
    with pytest.raises(PictureProblem) as caught:
        decode(data[: int(len(data) * share)])
    assert caught.value.code == "PICTURE_DAMAGED"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP"])
def test_flipped_bits_never_escape_as_anything_else(kind: str) -> None:
    """A damaged file still decodes or is a PictureProblem: no reader's own exception comes through."""
    good = bytearray(file_bytes(CORNERS, kind))
    random = np.random.default_rng(7)
    failures = 0
    for _ in range(150):
        bad = bytearray(good)
        for position in random.integers(0, len(good), 4):
            bad[position] ^= int(random.integers(1, 256))
        try:
            decode(bytes(bad))
        except PictureProblem:
            failures += 1
    assert failures > 0
