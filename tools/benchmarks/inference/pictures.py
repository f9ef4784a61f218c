"""Makes pictures of the weight of photographs, from seeds: `python pictures.py FOLDER COUNT WIDTH HEIGHT`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

QUALITY = 90
OCTAVES = ((6, 60.0), (24, 25.0), (96, 10.0))
"""Blots along a side, and how far they go from grey."""
GRAIN = 6.5


def picture(seed: int, width: int, height: int) -> np.ndarray:
    """uint8 [height, width, 3]: clouds of three sizes, ten shapes, and the grain of a sensor."""
    random = np.random.default_rng(seed)
    light = np.full((height, width, 3), 128.0, np.float32)
    for blots, strength in OCTAVES:
        small = random.normal(0.0, 1.0, (blots, blots, 3)).clip(-2, 2)
        cloud = Image.fromarray(((small + 2) * 63.75).astype(np.uint8)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        light += (np.asarray(cloud, np.float32) / 63.75 - 2) * strength
    image = Image.fromarray(light.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(10):
        x, y = random.uniform(0, width), random.uniform(0, height)
        side = random.uniform(0.03, 0.2) * min(width, height)
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((x - side, y - side, x + side, y + side), fill=tuple(random.integers(0, 256, 3).tolist()))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    return (soft + random.normal(0.0, GRAIN, soft.shape)).clip(0, 255).astype(np.uint8)


def write(folder: Path, count: int, width: int, height: int) -> None:
    """Writes `count` JPEG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        image = Image.fromarray(picture(seed, width, height))
        image.save(folder / f"{seed:05}.jpg", quality=QUALITY)


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
