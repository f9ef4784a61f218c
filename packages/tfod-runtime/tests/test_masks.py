from __future__ import annotations

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from tfod_runtime.detections import Box
from tfod_runtime.masks import Mask, to_rle

FULL = np.ones((3, 3), np.float32)


def pixels(values: object, area: Box, height: int, width: int) -> list[list[int]]:
    covered = Mask(np.array(values, np.float32), area).pixels(height, width)
    return [[int(pixel) for pixel in row] for row in covered]


def test_a_full_mask_covers_its_box_to_the_pixel() -> None:
    covered = Mask(FULL, Box(0.1, 0.25, 0.4, 0.75)).pixels(100, 200)
    wanted = np.zeros((100, 200), bool)
    wanted[10:40, 50:150] = True
    assert (covered == wanted).all()


def test_values_are_interpolated_and_cut_at_a_half() -> None:
    assert pixels([[0, 1]], Box(0, 0, 1, 1), 1, 8) == [[0, 0, 0, 0, 1, 1, 1, 1]]
    assert pixels([[0.4, 0.6], [0.6, 0.4]], Box(0, 0, 1, 1), 2, 2) == [[0, 1], [1, 0]]


def test_what_lies_outside_the_picture_is_left_out() -> None:
    assert pixels([[0], [1]], Box(-1, -1, 1, 1), 2, 2) == [[1, 1], [1, 1]]
    assert pixels([[1]], Box(2, 0, 3, 1), 2, 2) == [[0, 0], [0, 0]]


def test_a_box_without_area_covers_nothing() -> None:
    assert pixels([[1]], Box(0.5, 0.5, 0.5, 0.5), 4, 4) == [[0] * 4] * 4


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (37, 1), (50, 60), (300, 200)])
def test_run_lengths_are_those_of_pycocotools(seed: int, shape: tuple[int, int]) -> None:
    generator = np.random.default_rng(seed)
    noise = generator.random(shape) < generator.choice([0.0, 0.01, 0.5, 0.99, 1.0])
    wanted = coco_mask.encode(np.asfortranarray(noise.astype(np.uint8)))["counts"].decode()
    assert to_rle(noise) == wanted


def test_long_runs_are_those_of_pycocotools() -> None:
    wide = np.zeros((1000, 3000), bool)
    wide[200:700, 10:2500] = True
    counts = coco_mask.encode(np.asfortranarray(wide.astype(np.uint8)))["counts"].decode()
    assert to_rle(wide) == counts
