"""Every family and kind as a real SavedModel, through `detect`: the boxes that it was built to give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders.a_picture import BLUE, GREEN, RED, file_bytes, scene
from builders.families import DETECTORS, REFUSED, save_family
from PIL import Image

from tfod_runtime.cli import main
from tfod_runtime.detections import Detection, Limits, Picture
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.errors import ModelProblem, PictureProblem
from tfod_runtime.model import open_model

# Twice and four times as wide as high, on the edges of JPEG's blocks, and halved and quartered without loss.
WIDE = scene(192, 96, (RED, (32, 16, 64, 48)), (GREEN, (128, 32, 32, 64)), (BLUE, (0, 80, 16, 16)))
LONG = scene(96, 192, (GREEN, (16, 96, 64, 32)))
TURNED = 6  # of EXIF: stored with its right side up


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    exif = Image.Exif()
    exif[0x0112] = TURNED
    best = {"quality": 100, "subsampling": 0}
    (folder / "long.png").write_bytes(file_bytes(LONG))
    (folder / "turned.jpg").write_bytes(
        file_bytes(WIDE.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, **best)
    )
    (folder / "wide.bmp").write_bytes(file_bytes(WIDE, "BMP"))
    (folder / "wide.jpg").write_bytes(file_bytes(WIDE, "JPEG", **best))
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("families")
    return {name: save_family(name, root / name) for name in (*DETECTORS, *REFUSED)}


def results(model: Path, pictures: Path, output: Path) -> dict[str, list[dict[str, Any]]]:
    code = main(
        ["detect", str(pictures), "--model", str(model), "--output", str(output), "--min-score", "0.1"]
    )
    assert code == 0
    lines = [json.loads(line) for line in (output / "detections.jsonl").read_text().splitlines()]
    return {line["file_name"]: line["detections"] for line in lines}


@pytest.mark.parametrize("name", DETECTORS)
def test_each_gives_exactly_its_boxes(
    name: str, folders: dict[str, Path], pictures: Path, tmp_path: Path
) -> None:
    found = results(folders[name], pictures, tmp_path)
    in_wide = [("red", 1, [32, 16, 64, 48]), ("green", 2, [128, 32, 32, 64]), ("blue", 4, [0, 80, 16, 16])]
    for file_name in ("turned.jpg", "wide.bmp", "wide.jpg"):
        told = [(each["label"], each["category_id"], each["bbox"]) for each in found[file_name]]
        assert [each[:2] for each in told] == [each[:2] for each in in_wide], file_name
        assert np.allclose([each[2] for each in told], [each[2] for each in in_wide], atol=0.01), file_name
        assert [each["score"] for each in found[file_name]] == [0.9, 0.8, 0.3], file_name
    (green,) = found["long.png"]
    assert np.allclose(green["bbox"], [16, 96, 64, 32], atol=0.01)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_signature(name: str, folders: dict[str, Path]) -> None:
    with pytest.raises(ModelProblem) as caught:
        load_detector(open_model(folders[name]))
    assert caught.value.code == "SIGNATURE_UNSUPPORTED"
    told = {"side-inputs": "context_features (float32 [1, 2000, 9])", "raw-head": "bbox_regression"}[name]
    assert told in caught.value.what
    assert "signature serving_default\n  in " in caught.value.facts["found"]


def best_in_wide(folder: Path) -> Detection:
    detector = load_detector(open_model(folder), DetectorOptions(Limits(max_detections=1)))
    (found,) = detector.detect_batch([Picture("wide", np.asarray(WIDE))])
    assert not isinstance(found, PictureProblem)
    return found[0]


def test_masks_cover_what_they_should(folders: dict[str, Path]) -> None:
    red = best_in_wide(folders["od-api-masks"])
    wanted = np.zeros((96, 192), bool)
    wanted[16:40, 32:96] = True
    assert red.mask is not None
    assert (red.mask.pixels(96, 192) == wanted).all()


def test_keypoints_lie_where_they_should(folders: dict[str, Path]) -> None:
    red = best_in_wide(folders["od-api-keypoints"])
    points = [(each.y * 96, each.x * 192, each.score) for each in red.keypoints]
    assert np.allclose(points, [(16, 32, 0.75), (64, 96, 0.5)], atol=0.01)
