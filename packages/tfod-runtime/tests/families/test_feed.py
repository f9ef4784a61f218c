from __future__ import annotations

import io

import numpy as np
import pytest
from builders.a_picture import BLUE, RED, file_bytes, scene
from PIL import Image

from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import Picture
from tfod_runtime.families.feed import Feed, InputKind, feed_of
from tfod_runtime.signature import Tensor

SCENE = scene(6, 4, (RED, (0, 0, 3, 4)), (BLUE, (3, 0, 3, 4)))
PICTURE = Picture("scene", np.asarray(SCENE))


def test_pixels_go_in_as_they_are() -> None:
    batch = Feed("input", InputKind.UINT8).batch([PICTURE])
    assert batch.dtype == np.uint8
    assert batch.shape == (1, 4, 6, 3)
    assert (batch[0] == PICTURE.pixels).all()


@pytest.mark.parametrize(
    ("kind", "red"),
    [
        (InputKind.FLOAT_255, [230, 20, 20]),
        (InputKind.FLOAT_1, [230 / 255, 20 / 255, 20 / 255]),
        (
            InputKind.FLOAT_IMAGENET,
            [(230 / 255 - 0.485) / 0.229, (20 / 255 - 0.456) / 0.224, (20 / 255 - 0.406) / 0.225],
        ),
    ],
)
def test_floats_have_their_scale(kind: InputKind, red: list[float]) -> None:
    batch = Feed("input", kind).batch([PICTURE])
    assert batch.dtype == np.float32
    assert batch[0, 0, 0] == pytest.approx(red, rel=1e-5)


def test_a_picture_is_stretched_to_the_size_wanted() -> None:
    feed = Feed("input", InputKind.UINT8, (8, 8))
    batch = feed.batch([PICTURE])
    assert batch.shape == (1, 8, 8, 3)
    assert batch[0, 0, 0].tolist() == list(RED)
    assert batch[0, 7, 7].tolist() == list(BLUE)
    assert feed.frame(4, 6) == (8, 8)
    assert Feed("input", InputKind.UINT8).frame(4, 6) == (4, 6)


def test_several_pictures_share_a_call() -> None:
    other = Picture("other", np.zeros((4, 6, 3), np.uint8))
    batch = Feed("input", InputKind.UINT8, batch_size=None).batch([PICTURE, other])
    assert batch.shape == (2, 4, 6, 3)
    assert batch[1].max() == 0


def test_a_call_of_fixed_length_is_filled_up() -> None:
    assert Feed("input", InputKind.UINT8, batch_size=4).batch([PICTURE]).shape == (4, 4, 6, 3)
    assert Feed("input", InputKind.ENCODED, batch_size=2).batch([PICTURE]).shape == (2,)


def test_an_input_without_a_batch() -> None:
    assert feed_of(Tensor("x", "uint8", (None, None, 3)), InputKind.UINT8).batch([PICTURE]).shape == (4, 6, 3)
    assert feed_of(Tensor("x", "string", ()), InputKind.ENCODED).batch([PICTURE]).shape == ()


def test_bytes_are_a_png_that_loses_nothing() -> None:
    (data,) = Feed("input", InputKind.ENCODED).batch([PICTURE])
    assert (np.asarray(Image.open(io.BytesIO(data))) == PICTURE.pixels).all()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return file_bytes(SCENE, "JPEG", exif=exif)


@pytest.mark.parametrize(
    ("data", "own"),
    [
        (file_bytes(SCENE, "JPEG"), True),
        (file_bytes(SCENE, "PNG"), True),
        (turned(), False),
        (file_bytes(SCENE, "BMP"), False),
        (file_bytes(SCENE.convert("RGBA"), "PNG"), False),
        (file_bytes(SCENE.convert("P"), "PNG"), False),
        (file_bytes(SCENE.convert("CMYK"), "JPEG"), False),
    ],
    ids=["jpeg", "png", "turned", "bmp", "transparent", "palette", "cmyk"],
)
def test_a_file_goes_in_itself_where_every_decoder_agrees(data: bytes, own: bool) -> None:
    (given,) = Feed("input", InputKind.ENCODED).batch([decode_picture(data, "it")])
    assert (given == data) is own
