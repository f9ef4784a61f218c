"""Picture files with COCO annotations, rendered on all cores."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from demo_model.compose import Split, compose
from demo_model.progress import Progress
from demo_model.render import Sighting, render
from demo_model.shapes import Shape

ANNOTATIONS = "annotations.json"


def write_dataset(folder: Path, split: Split, count: int, workers: int) -> None:
    """Writes pictures 0 … count-1 of `split` as NNNNNN.jpg and `annotations.json` (COCO ground truth)."""
    folder.mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        seen = pool.imap(partial(write_picture, folder, split), range(count), chunksize=8)
        progress = Progress(f"pictures ({split.name.lower()})", count)
        rows = list(progress.watch(seen))
    (folder / ANNOTATIONS).write_text(json.dumps(coco_ground_truth(rows)))


def write_picture(folder: Path, split: Split, index: int) -> dict[str, Any]:
    """Writes one picture; returns its file name, size and sightings."""
    scene = compose(split, index)
    rendering = render(scene)
    name = f"{index:06d}.jpg"
    Image.fromarray(rendering.pixels).save(folder / name, quality=scene.quality)
    return {"name": name, "size": (scene.width, scene.height), "sightings": rendering.sightings}


def coco_ground_truth(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The COCO instances document; image ids are 1-based in the order of `rows`."""
    numbered = list(enumerate(rows, 1))
    annotations = [note for image_id, row in numbered for note in _annotations(image_id, row["sightings"])]
    return {
        "images": [
            {"id": image_id, "file_name": row["name"], "width": row["size"][0], "height": row["size"][1]}
            for image_id, row in numbered
        ],
        "categories": [{"id": shape.value, "name": shape.label} for shape in Shape],
        "annotations": [{"id": number, **note} for number, note in enumerate(annotations, 1)],
    }


def _annotations(image_id: int, sightings: tuple[Sighting, ...]) -> Iterator[dict[str, Any]]:
    for sighting in sightings:
        ymin, xmin, ymax, xmax = sighting.box
        width, height = xmax - xmin, ymax - ymin
        yield {
            "image_id": image_id,
            "category_id": sighting.shape.value,
            "bbox": [xmin, ymin, width, height],
            "area": width * height,
            "iscrowd": 0,
        }
