from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from tfod_runtime.server.json_body import read_integers
from tfod_runtime.server.refusal import Refusal


@pytest.mark.parametrize("shape", [(5,), (2, 3), (4, 5, 3), (2, 4, 5, 3)])
def test_numbers_keep_their_shape(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(7).integers(0, 256, shape, np.uint8)
    read = read_integers(pixels.tolist(), "x")
    assert read.dtype == np.uint8 and read.flags.writeable
    np.testing.assert_array_equal(read, pixels)


@pytest.mark.parametrize(
    "value",
    [
        ["a" * 2000, *[""] * 2000],
        [["a" * 2000, *[""] * 2000]],
        [0, "a" * 2000, *[""] * 2000],
        [[1] * 2000, *["a"] * 2000],
        [[1] * 2000, *[[]] * 2000],
    ],
    ids=["words", "nested words", "a number and words", "a row and words", "a row and empty ones"],
)
def test_what_is_refused_takes_no_memory(value: Any) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Refusal, match="PIXELS_MALFORMED"):
            read_integers(value, "x")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
