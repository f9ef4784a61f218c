"""Batches for training: pictures at the network's size, boxes, and what the network must answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from demo_model.augment import augment
from demo_model.dataset import ANNOTATIONS
from demo_model.network import CLASSES, GRID, SIDE
from demo_model.preprocess import resized
from demo_model.progress import Progress
from demo_model.targets import Targets, encode

FloatArray = NDArray[np.float32]
AHEAD = 3
"""Batches prepared while the network is busy."""


@dataclass(frozen=True)
class TrainingSet:
    """All pictures in memory, at the network's size."""

    pictures: NDArray[np.uint8]
    """[n, SIDE, SIDE, 3]."""
    boxes: list[FloatArray]
    """For each picture [k, 4]: ymin, xmin, ymax, xmax, 0..1."""
    labels: list[NDArray[np.int64]]
    """For each picture [k], 0-based."""


def load_training_set(folder: Path) -> TrainingSet:
    """Reads what `write_dataset` wrote."""
    truth = json.loads((folder / ANNOTATIONS).read_text())
    rows: dict[int, list[dict[str, Any]]] = {image["id"]: [] for image in truth["images"]}
    for annotation in truth["annotations"]:
        rows[annotation["image_id"]].append(annotation)
    images = truth["images"]
    pictures = np.empty((len(images), SIDE, SIDE, 3), np.uint8)
    for place, image in enumerate(Progress("loading", len(images)).watch(images)):
        pixels = np.asarray(Image.open(folder / image["file_name"]))
        pictures[place] = np.rint(resized(tf.constant(pixels)[None])[0].numpy())
    return TrainingSet(
        pictures,
        boxes=[_boxes(rows[image["id"]], image["width"], image["height"]) for image in images],
        labels=[_labels(rows[image["id"]]) for image in images],
    )


def _boxes(rows: list[dict[str, Any]], width: int, height: int) -> FloatArray:
    pixels = np.array([row["bbox"] for row in rows], np.float32).reshape(-1, 4)
    x, y, w, h = pixels.T
    return np.stack([y / height, x / width, (y + h) / height, (x + w) / width], axis=1)


def _labels(rows: list[dict[str, Any]]) -> NDArray[np.int64]:
    return np.array([row["category_id"] - 1 for row in rows], np.int64)


def batches(data: TrainingSet, size: int, steps: int, seed: int) -> Iterator[tuple[FloatArray, Targets]]:
    """`steps` batches of `size` augmented pictures, each epoch in another order, prepared in a thread."""
    orders = _orders(len(data.pictures), size, seed)
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(_batch, data, next(orders), (seed, step)) for step in range(min(AHEAD, steps))]
        for step in range(steps):
            yield waiting.pop(0).result()
            if step + AHEAD < steps:
                waiting.append(pool.submit(_batch, data, next(orders), (seed, step + AHEAD)))


def _orders(count: int, size: int, seed: int) -> Iterator[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(count)
        yield from order[: count // size * size].reshape(-1, size)


def _batch(data: TrainingSet, places: NDArray[np.int64], seed: tuple[int, int]) -> tuple[FloatArray, Targets]:
    rng = np.random.default_rng(seed)
    pictures, answers = [], []
    for place in places:
        pixels, boxes = augment((data.pictures[place].astype(np.float32), data.boxes[place]), rng)
        pictures.append(pixels)
        answers.append(encode(boxes, data.labels[place], GRID, CLASSES))
    return np.stack(pictures), Targets(
        heat=np.stack([answer.heat for answer in answers]),
        boxes=np.stack([answer.boxes for answer in answers]),
        weight=np.stack([answer.weight for answer in answers]),
    )
