from __future__ import annotations

import numpy as np
import pytest

from tfod_runtime.resize import GRIDS, Grid, Resize

FLAGS = {"half-pixel": (False, True), "legacy": (False, False), "corners": (True, False)}
"""`align_corners` and `half_pixel_centers` of ResizeBilinear."""


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("size", [(480, 640), (1080, 1920), (97, 131), (1, 1), (3, 900), (32, 48), (20, 10)])
def test_the_values_are_those_of_tensorflow(grid: Grid, size: tuple[int, int]) -> None:
    import tensorflow as tf

    pixels = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    corners, half_pixel = FLAGS[grid]
    expected = tf.raw_ops.ResizeBilinear(
        images=pixels[None].astype(np.float32),
        size=(32, 48),
        align_corners=corners,
        half_pixel_centers=half_pixel,
    ).numpy()[0]
    assert Resize(32, 48, grid).apply(pixels) == pytest.approx(expected, abs=1e-4)


def test_the_colours_are_scaled_and_moved() -> None:
    pixels = np.full((5, 7, 3), (0, 100, 255), np.uint8)
    small = Resize(2, 2, "half-pixel", (1.0, 0.5, 2 / 255), (3.0, 0.0, -1.0)).apply(pixels)
    assert small == pytest.approx(np.full((2, 2, 3), (3.0, 50.0, 1.0)), abs=1e-6)


def test_there_and_back_as_json() -> None:
    resize = Resize(320, 300, "legacy", (1.0, 0.5, 2 / 255), (3.0, 0.0, -1.0))
    assert Resize.from_json(resize.to_json()) == resize
