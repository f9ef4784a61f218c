"""The sample pictures that ship with the model: chosen for the eye, never seen in training."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from PIL import Image

from demo_model.compose import Split, compose
from demo_model.dataset import ANNOTATIONS, coco_ground_truth
from demo_model.render import render

ORIENTATION = 0x0112
"""The EXIF tag that says how a camera was held."""
QUARTER_TURN = 6
"""Its value for "turn the stored picture 90 degrees clockwise to see it"."""
QUALITY = 85

SAMPLES: dict[str, int] = {
    "deck.jpg": 71,
    "dusk.jpg": 19,
    "floor.jpg": 67,
    "planks.jpg": 23,
    "plaster.jpg": 1,
    "stone.jpg": 81,
}
"""File names and their index in the sample split."""
TURNED = "floor.jpg"
"""The sample that is stored lying on its side, as a telephone stores an upright picture."""


def write_samples(folder: Path) -> None:
    """Writes the sample pictures as JPEG files, one of them with EXIF orientation 6, and what they show.

    `annotations.json`, beside the folder, is COCO ground truth of the pictures as people see them. Whatever
    else was in the folder is gone.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = [_write_sample(folder, name, index) for name, index in SAMPLES.items()]
    (folder.parent / ANNOTATIONS).write_text(json.dumps(coco_ground_truth(rows)) + "\n")


def _write_sample(folder: Path, name: str, index: int) -> dict[str, Any]:
    scene = compose(Split.SAMPLE, index)
    rendering = render(scene)
    picture, exif = Image.fromarray(rendering.pixels), Image.Exif()
    if name == TURNED:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[ORIENTATION] = QUARTER_TURN
    picture.save(folder / name, quality=QUALITY, optimize=True, exif=exif)
    return {"name": name, "size": (scene.width, scene.height), "sightings": rendering.sightings}
