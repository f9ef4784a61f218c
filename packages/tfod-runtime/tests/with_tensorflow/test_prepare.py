from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from builders.a_model import constant_model
from builders.a_small_ssd import Build, small_ssd

from tfod_runtime import detector as detector_module
from tfod_runtime.agreement import compare
from tfod_runtime.cli import main
from tfod_runtime.detections import Limits, Picture
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.errors import PictureProblem
from tfod_runtime.graph_session import SessionPool
from tfod_runtime.model import ModelFolder, open_model
from tfod_runtime.model_detector import ModelDetector
from tfod_runtime.prepare import detections_of, prepare
from tfod_runtime.prepared import Prepared, read_prepared
from tfod_runtime.saved_model import SavedModelFunction

LIMITS = Limits(min_score=0.3)
Prepare = Callable[[Build], tuple[ModelFolder, Prepared | None, list[str]]]


@pytest.fixture
def prepared(tmp_path: Path) -> Prepare:
    """Makes a small SSD of some build and prepares it in its own folder."""

    def make(build: Build) -> tuple[ModelFolder, Prepared | None, list[str]]:
        model = open_model(small_ssd(tmp_path / "model", build))
        told: list[str] = []
        return model, prepare(model, tmp_path / "model" / "prepared", told.append), told

    return make


def pictures() -> list[Picture]:
    random = np.random.default_rng(11)
    sizes = ((120, 160), (333, 77), (720, 1280), (120, 160))
    coarse = [random.integers(0, 256, (5, 5, 3), np.uint8) for _ in sizes]
    return [
        Picture(str(index), np.kron(block, np.ones((h // 5 + 1, w // 5 + 1, 1), np.uint8))[:h, :w].copy())
        for index, (block, (h, w)) in enumerate(zip(coarse, sizes, strict=True))
    ]


def of(model: ModelFolder, limits: Limits = LIMITS) -> ModelDetector:
    return load_detector(model, DetectorOptions(limits))


def unprepared(model: ModelFolder, tmp_path: Path, limits: Limits = LIMITS) -> ModelDetector:
    detector = load_detector(model, DetectorOptions(limits, prepared=tmp_path / "nowhere"))
    assert isinstance(detector.run, SavedModelFunction)
    return detector


@pytest.mark.parametrize(
    ("build", "grid", "bare"),
    [
        (Build(), "half-pixel", True),
        (Build(raw=False), "half-pixel", False),
        (Build(looped=True), "legacy", True),
        (Build(batch=None, looped=True), "legacy", True),
        (Build(sigma=0.5), "half-pixel", False),
    ],
)
def test_both_ends_are_taken_off_and_the_detections_stay(
    prepared: Prepare, tmp_path: Path, build: Build, grid: str, bare: bool
) -> None:
    model, made, told = prepared(build)
    assert made and made.resize, told
    assert (made.resize.height, made.resize.width, made.resize.grid) == (64, 64, grid)
    assert (made.suppression is not None) == bare
    ours = of(model)
    assert isinstance(ours.run.__self__, SessionPool)  # type: ignore[attr-defined]
    agreement = compare(
        detections_of(unprepared(model, tmp_path), pictures()), detections_of(ours, pictures()), LIMITS
    )
    assert agreement, agreement


def test_a_model_that_resizes_in_another_way_is_only_frozen(prepared: Prepare, tmp_path: Path) -> None:
    model, made, told = prepared(Build(resized=False, raw=False))
    assert made and made.resize is None and made.suppression is None, told
    assert made.threshold and made.threshold.value == pytest.approx(1e-8)
    for score in (0.05, 0.3, 0.6):
        limits = Limits(min_score=score)
        expected = detections_of(unprepared(model, tmp_path, limits), pictures())
        assert compare(expected, detections_of(of(model, limits), pictures()), limits)


def test_the_threshold_of_a_soft_suppression_stays(prepared: Prepare) -> None:
    _, made, _ = prepared(Build(sigma=0.5, raw=False))
    assert made and made.threshold is None


@pytest.mark.parametrize("batch", [1, None])
def test_a_batch_gives_what_single_pictures_give(prepared: Prepare, batch: int | None) -> None:
    model, made, _ = prepared(Build(batch=batch))
    assert made and made.takes_batches == (batch is None)
    detector = of(model)
    alone = detections_of(detector, pictures())
    together = detector.detect_batch(pictures())
    assert not any(isinstance(found, PictureProblem) for found in together)
    assert compare(alone, [found for found in together if not isinstance(found, PictureProblem)], LIMITS)


DEMO = Path(__file__).parents[3] / "tfod" / "demo"


def test_many_threads_at_once(tmp_path: Path) -> None:
    """The demo model has kernels of oneDNN that two calls must not share."""
    model = open_model(DEMO)
    assert prepare(model, tmp_path / "prepared", lambda line: None)
    for folder in ("prepared", "nowhere"):
        detector = load_detector(model, DetectorOptions(LIMITS, prepared=tmp_path / folder, workers=3))
        expected = detections_of(detector, pictures())
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _, one=detector: detections_of(one, pictures()), range(20)))
        assert all(compare(expected, answer, LIMITS) for answer in answers)


def test_what_was_prepared_of_another_model_is_not_used(prepared: Prepare, tmp_path: Path) -> None:
    model, _, _ = prepared(Build())
    description = tmp_path / "model" / "prepared" / "prepared.json"
    written = json.loads(description.read_text())
    description.write_text(json.dumps({**written, "model": "sha256:" + "0" * 64}))
    assert isinstance(of(model).run, SavedModelFunction)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 99}'])
def test_a_description_that_makes_no_sense_is_as_if_it_were_not_there(tmp_path: Path, text: str) -> None:
    (tmp_path / "prepared.json").write_text(text)
    assert read_prepared(tmp_path, "sha256:1") is None


def test_without_the_c_library_the_model_is_run_as_it_is(
    prepared: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _, _ = prepared(Build())
    monkeypatch.setattr(detector_module, "library_paths", list)
    assert isinstance(of(model).run, SavedModelFunction)


def test_a_model_in_which_nothing_is_found_is_frozen_and_not_cut(tmp_path: Path) -> None:
    nothing = {
        "detection_boxes": [[[0.0, 0.0, 0.5, 0.5]]],
        "detection_scores": [[0.0]],
        "detection_classes": [[1.0]],
        "num_detections": [1.0],
    }
    model = open_model(constant_model(tmp_path / "model", nothing))
    made = prepare(model, tmp_path / "model" / "prepared", lambda line: None)
    assert made and made.resize is None


def test_the_first_run_prepares_and_the_second_does_not(
    colours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from builders.a_picture import RED, file_bytes, scene

    monkeypatch.setenv("PYTHONPATH", str(Path(detector_module.__file__).parents[1]))
    monkeypatch.setenv("TFOD_PREPARED", str(tmp_path / "prepared"))
    picture = tmp_path / "a.png"
    picture.write_bytes(file_bytes(scene(40, 30, (RED, (4, 4, 8, 8)))))
    arguments = ["detect", str(picture), "--model", str(colours), "--output", str(tmp_path / "out")]
    notes = []
    for _ in range(2):
        assert main([*arguments, "--progress", "plain"]) == 0
        notes.append(capsys.readouterr().err)
        assert json.loads((tmp_path / "out" / "summary.json").read_text())["byLabel"] == {"red": 1}
    assert ["preparing the model, once" in note for note in notes] == [True, False]
    assert (tmp_path / "prepared" / "graph.pb").is_file()
