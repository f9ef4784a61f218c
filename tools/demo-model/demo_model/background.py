"""Backgrounds: textures painted from two colours and a random stream."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from demo_model.scene import Colour, Texture

Field = NDArray[np.float32]
"""One value a pixel [height, width], about 0..1."""
Painter = Callable[[np.random.Generator, int, int], Field]


def paint(
    texture: Texture, colours: tuple[Colour, Colour], rng: np.random.Generator, size: tuple[int, int]
) -> Field:
    """Pixels [height, width, 3] as float32 0..255; `size` is (height, width)."""
    mix = _PAINTERS[texture](rng, *size)[..., None]
    first, second = (np.array(colour, np.float32) for colour in colours)
    return np.asarray(first + (second - first) * mix, np.float32)


def smooth_noise(rng: np.random.Generator, size: tuple[int, int], cells: tuple[int, int]) -> Field:
    """Random values on a grid of (rows, columns) `cells`, interpolated to `size`; mean about 0.5."""
    grid = Image.fromarray(rng.uniform(size=(cells[0] + 1, cells[1] + 1)).astype(np.float32))
    return np.asarray(grid.resize((size[1], size[0]), Image.Resampling.BICUBIC), np.float32)


def _axes(height: int, width: int) -> tuple[Field, Field]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return y, x


def _gradient(rng: np.random.Generator, height: int, width: int) -> Field:
    y, x = _axes(height, width)
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    along = (along - along.min()) / (along.max() - along.min())
    return np.asarray(along, np.float32)


def _clouds(rng: np.random.Generator, height: int, width: int) -> Field:
    field = np.zeros((height, width), np.float32)
    weight = 0.5
    for octave in (2, 4, 8, 16, 32):
        field += weight * smooth_noise(rng, (height, width), (octave, octave))
        weight /= 1.8
    return field


def _wood(rng: np.random.Generator, height: int, width: int) -> Field:
    y, _ = _axes(height, width)
    bend = smooth_noise(rng, (height, width), (4, 2)) * rng.uniform(2, 5)
    rings = 0.5 + 0.5 * np.sin((y / height * rng.uniform(6, 14) + bend) * 2 * np.pi)
    fibre = smooth_noise(rng, (height, width), (max(height // 3, 1), 6))
    return np.asarray(0.6 * rings + 0.5 * fibre, np.float32)


def _planks(rng: np.random.Generator, height: int, width: int) -> Field:
    y, _ = _axes(height, width)
    boards = rng.integers(3, 7)
    tone = rng.uniform(size=boards + 1)[(y / height * boards).astype(np.int64)]
    seam = (np.mod(y / height * boards, 1.0) < 0.02).astype(np.float32)
    fibre = smooth_noise(rng, (height, width), (max(height // 2, 1), 5))
    return np.asarray(0.5 * tone + 0.5 * fibre - 0.6 * seam, np.float32)


def _tiles(rng: np.random.Generator, height: int, width: int) -> Field:
    y, x = _axes(height, width)
    side = max(height, width) / rng.uniform(4, 12)
    y, x = y + rng.uniform(0, side), x + rng.uniform(0, side)
    rows, columns = (y // side).astype(np.int64), (x // side).astype(np.int64)
    tone = rng.uniform(0.0, 0.6, size=(rows.max() + 1, columns.max() + 1))[rows, columns]
    grout = np.minimum(y % side, x % side) < max(1.0, 0.03 * side)
    grain = 0.3 * smooth_noise(rng, (height, width), (48, 48))
    return np.asarray(np.where(grout, 1.1, tone + grain), np.float32)


def _cloth(rng: np.random.Generator, height: int, width: int) -> Field:
    y, x = _axes(height, width)
    step = rng.uniform(4, 9)
    angle = rng.uniform(0, np.pi / 2)
    across, along = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    weave = np.sin(across * 2 * np.pi / step) * np.sin(along * 2 * np.pi / step)
    fold = smooth_noise(rng, (height, width), (3, 3))
    return np.asarray(0.25 + 0.3 * weave + 0.6 * fold, np.float32)


def _terrazzo(rng: np.random.Generator, height: int, width: int) -> Field:
    cells = int(rng.integers(24, 60))
    stone = smooth_noise(rng, (height, width), (cells, max(1, cells * width // height)))
    chips = np.clip((stone - 0.62) * 12, 0, 1)
    ground = 0.2 * smooth_noise(rng, (height, width), (6, 6))
    return np.asarray(0.15 + 0.75 * chips + ground, np.float32)


_PAINTERS: dict[Texture, Painter] = {
    Texture.GRADIENT: _gradient,
    Texture.CLOUDS: _clouds,
    Texture.WOOD: _wood,
    Texture.PLANKS: lambda rng, height, width: _planks(rng, width, height).T,
    Texture.TILES: _tiles,
    Texture.CLOTH: _cloth,
    Texture.TERRAZZO: _terrazzo,
}
