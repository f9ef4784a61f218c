"""How good an exported model is on picture files, by the COCO rules."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from demo_model.dataset import ANNOTATIONS
from demo_model.export import SIGNATURE
from demo_model.progress import Progress
from demo_model.shapes import Shape


@dataclass(frozen=True)
class Score:
    """Mean average precision as pycocotools gives it (all areas, at most 100 detections a picture)."""

    at_half: float
    """mAP at IoU 0.5."""
    over_ious: float
    """mAP averaged over IoU 0.50, 0.55 … 0.95."""
    by_shape: dict[Shape, tuple[float, float]]
    """The same two for each class."""


def evaluate(model: Path, pictures: Path) -> Score:
    """Runs the SavedModel of the model folder `model` over a folder that `write_dataset` wrote."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(pictures / ANNOTATIONS))
        results = truth.loadRes(list(detections(model, pictures)))
        overall = _coco(truth, results, [shape.value for shape in Shape])
        by_shape = {shape: _coco(truth, results, [shape.value]) for shape in Shape}
    return Score(*overall, by_shape)


def _coco(truth: Any, results: Any, categories: list[int]) -> tuple[float, float]:
    run = COCOeval(truth, results, "bbox")
    run.params.catIds = categories
    run.evaluate()
    run.accumulate()
    run.summarize()
    return float(run.stats[1]), float(run.stats[0])


def detections(model: Path, pictures: Path) -> Iterator[dict[str, Any]]:
    """COCO result rows (bbox x, y, width, height in pixels) for every picture of the annotations."""
    detect = tf.saved_model.load(str(model / "saved_model")).signatures[SIGNATURE]
    images = json.loads((pictures / ANNOTATIONS).read_text())["images"]
    for image in Progress("detecting", len(images)).watch(images):
        pixels = read_picture(pictures / image["file_name"])
        yield from _rows(image["id"], pixels.shape, detect(input_tensor=tf.constant(pixels[None])))


def read_picture(path: Path) -> Any:
    """The picture as people see it: uint8 [height, width, 3] RGB, EXIF orientation applied."""
    with Image.open(path) as file:
        return np.asarray(ImageOps.exif_transpose(file).convert("RGB"))


def _rows(image_id: int, shape: tuple[int, ...], output: dict[str, Any]) -> Iterator[dict[str, Any]]:
    count = int(output["num_detections"][0])
    scale = np.array([shape[0], shape[1], shape[0], shape[1]])
    edges = output["detection_boxes"][0, :count].numpy() * scale
    scores, classes = (output[key][0, :count].numpy() for key in ("detection_scores", "detection_classes"))
    for (ymin, xmin, ymax, xmax), score, label in zip(edges.tolist(), scores, classes, strict=True):
        yield {
            "image_id": image_id,
            "category_id": int(label),
            "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
            "score": float(score),
        }
