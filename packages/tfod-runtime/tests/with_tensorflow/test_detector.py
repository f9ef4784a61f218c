from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders.a_model import Given, constant_model, describe_model
from builders.a_picture import BLUE, GREEN, RED, scene
from numpy.typing import NDArray

from tfod_runtime.detections import Detection, Limits, Picture
from tfod_runtime.detector import Detector, DetectorOptions, load_detector
from tfod_runtime.errors import ModelProblem, PictureProblem
from tfod_runtime.model import open_model

FOUR: dict[str, Any] = {
    "detection_boxes": [[[0.0, 0.0, 0.5, 0.5]]],
    "detection_scores": [[0.9]],
    "detection_classes": [[1.0]],
    "num_detections": [1.0],
}


@pytest.fixture(scope="module")
def detector(colours: Path) -> Detector:
    return load_detector(open_model(colours))


def look(detector: Detector, pixels: NDArray[np.uint8]) -> list[Detection]:
    (found,) = detector.detect_batch([Picture("it", pixels)])
    if isinstance(found, PictureProblem):
        raise found
    return found


def refusal(folder: Path) -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        load_detector(open_model(folder))
    return caught.value


def test_known_pictures_have_known_answers(detector: Detector) -> None:
    pixels = np.asarray(
        scene(200, 100, (RED, (20, 10, 40, 30)), (GREEN, (100, 50, 50, 50)), (BLUE, (0, 90, 9, 9)))
    )
    red, green = look(detector, pixels)
    assert (red.label, red.class_id) == ("red", 1)
    assert (green.label, green.class_id) == ("green", 2)
    assert [red.score, green.score] == pytest.approx([0.9, 0.8])
    assert [red.box.ymin, red.box.xmin, red.box.ymax, red.box.xmax] == pytest.approx([0.1, 0.1, 0.4, 0.3])
    assert [green.box.ymin, green.box.xmin, green.box.ymax, green.box.xmax] == pytest.approx(
        [0.5, 0.5, 1.0, 0.75]
    )


def test_the_limits_count(colours: Path) -> None:
    pixels = np.asarray(scene(20, 20, (RED, (0, 0, 5, 5)), (BLUE, (10, 10, 5, 5))))
    all_of_them = look(load_detector(open_model(colours), DetectorOptions(Limits(min_score=0.0))), pixels)
    assert [found.label for found in all_of_them] == ["red", "blue"]
    best = look(
        load_detector(open_model(colours), DetectorOptions(Limits(min_score=0.0, max_detections=1))), pixels
    )
    assert [found.label for found in best] == ["red"]


@pytest.mark.parametrize("size", [(1, 1), (30_000, 3), (3, 30_000), (641, 479)])
def test_pictures_of_any_size(detector: Detector, size: tuple[int, int]) -> None:
    pixels = np.asarray(scene(*size, (RED, (0, 0, *size))))
    (found,) = look(detector, pixels)
    assert (found.box.ymin, found.box.xmin, found.box.ymax, found.box.xmax) == (0, 0, 1, 1)


def test_nothing_to_find(detector: Detector) -> None:
    assert look(detector, np.asarray(scene(50, 50))) == []


def test_an_operation_that_fails_is_this_pictures_problem(detector: Detector) -> None:
    with pytest.raises(PictureProblem) as caught:
        look(detector, np.asarray(scene(20, 13)))
    assert caught.value.code == "DETECTION_FAILED"
    assert caught.value.facts["found"].startswith("InvalidArgumentError: assertion failed: [thirteen rows]")
    assert look(detector, np.asarray(scene(20, 14))) == []


def test_an_unknown_input_is_refused_with_the_signature(tmp_path: Path) -> None:
    problem = refusal(constant_model(tmp_path, FOUR, Given("int32", (1, None, None, 3))))
    assert problem.code == "SIGNATURE_UNSUPPORTED"
    assert "in   input_tensor: int32 [1, ?, ?, 3]" in problem.facts["found"]
    assert "out  detection_boxes: float32 [1, 1, 4]" in problem.facts["found"]
    assert "uint8 [?, ?, ?, 3] or float32 [?, ?, ?, 3] or string [?], not int32" in problem.facts["found"]
    assert "tf-od-api" in problem.facts["expected"]


def test_a_classifier_is_refused(tmp_path: Path) -> None:
    problem = refusal(constant_model(tmp_path, {"probabilities": [[0.1, 0.9]]}))
    assert problem.code == "SIGNATURE_UNSUPPORTED"
    assert "there is no output detection_boxes" in problem.facts["found"]


def test_a_model_without_signatures(tmp_path: Path) -> None:
    import tensorflow as tf

    tf.saved_model.save(tf.Module(), str(tmp_path / "saved_model"))
    assert refusal(describe_model(tmp_path)).facts["found"] == "no signature at all"


def test_a_model_that_gives_nonsense_is_broken(tmp_path: Path) -> None:
    problem = refusal(constant_model(tmp_path, {**FOUR, "detection_scores": [[float("nan")]]}))
    assert problem.code == "MODEL_BROKEN"
    assert "detection_scores" in problem.facts["found"]


@pytest.mark.parametrize("fault", ["graph", "weights"])
def test_files_that_tensorflow_cannot_read(colours: Path, tmp_path: Path, fault: str) -> None:
    shutil.copytree(colours, tmp_path, dirs_exist_ok=True)
    saved_model = tmp_path / "saved_model"
    if fault == "graph":
        (saved_model / "saved_model.pb").write_bytes(b"\x0a\xff not a protobuf")
    else:
        shutil.rmtree(saved_model / "variables")
    problem = refusal(describe_model(tmp_path))
    assert problem.code == "MODEL_UNLOADABLE"
    assert problem.facts["where"] == str(saved_model)


def test_tensorflow_that_is_not_installed(colours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tfod_runtime.errors import UsageProblem

    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(UsageProblem) as caught:
        load_detector(open_model(colours))
    assert caught.value.code == "TENSORFLOW_MISSING"


LOADING = """
import os, sys
from pathlib import Path
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.model import open_model
load_detector(open_model(Path(sys.argv[1])), DetectorOptions(verbose=sys.argv[2] == "verbose"))
os.write(2, b"after\\n")
"""


@pytest.mark.parametrize("mode", ["quiet", "verbose"])
def test_tensorflow_is_quiet_unless_asked(colours: Path, mode: str) -> None:
    """In a process of its own, since TensorFlow talks once, when it is imported."""
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    answer = subprocess.run(
        [sys.executable, "-c", LOADING, str(colours), mode],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == ""
    if mode == "quiet":
        assert answer.stderr == "after\n"
    else:
        assert "oneDNN" in answer.stderr


def test_what_is_not_tensorflows_log_comes_through(capfd: pytest.CaptureFixture[str]) -> None:
    from tfod_runtime.tensorflow_log import quiet_tensorflow

    with pytest.raises(ZeroDivisionError), quiet_tensorflow(verbose=False):
        os.write(2, b"I0000 00:00:1795367834.503247   16556 port.cc:153] oneDNN custom operations are on.\n")
        os.write(
            2, b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        )
        print("a library's own warning", file=sys.stderr)
        raise ZeroDivisionError
    assert capfd.readouterr().err == "a library's own warning\n"


def test_the_model_files_are_what_the_description_says(colours: Path) -> None:
    assert json.loads((colours / "model.json").read_text())["digest"] == open_model(colours).digest


def test_labels_that_the_head_has_no_class_for(tmp_path: Path) -> None:
    problem = refusal(constant_model(tmp_path, {**FOUR, "detection_multiclass_scores": [[[0.1, 0.9, 0.2]]]}))
    assert problem.code == "LABELS_BEYOND_HEAD"
    assert problem.facts["found"] == "4 blue"
