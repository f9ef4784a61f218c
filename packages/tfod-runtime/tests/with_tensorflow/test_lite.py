"""Models for LiteRT: converted, compared, bundled, run without TensorFlow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import ai_edge_litert
import pytest
from builders.a_model import constant_model
from builders.a_small_ssd import Build, small_ssd

import tfod_runtime
from tfod_runtime.cli import main
from tfod_runtime.errors import ModelProblem
from tfod_runtime.model import open_model
from tfod_runtime.prepare import prepare


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment, as far as `prepare` looks at it: with LiteRT and without TensorFlow."""
    folder = tmp_path_factory.mktemp("lite")
    packages = folder / "lib/python3.11/site-packages"
    packages.mkdir(parents=True)
    (packages / "ai_edge_litert").symlink_to(Path(ai_edge_litert.__path__[0]))
    return folder


WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None
from tfod_runtime import main
raise SystemExit(main())
"""


def detect(model: Path, samples: Path, output: Path) -> dict[str, list[object]]:
    """Detections by picture, in a process that cannot import TensorFlow."""
    package = str(Path(tfod_runtime.__file__).parents[1])
    command = ["detect", str(samples), "--model", str(model), "--output", str(output), "--min-score", "0.3"]
    subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, *command, "--workers", "2", "--no-annotate"],
        env={**os.environ, "PYTHONPATH": package},
        check=True,
        capture_output=True,
    )
    lines = map(json.loads, (output / "detections.jsonl").read_text().splitlines())
    return {line["file_name"]: [found["category_id"] for found in line["detections"]] for line in lines}


@pytest.mark.parametrize("build", [Build(), Build(batch=None, looped=True)])
def test_a_bundle_runs_without_tensorflow_and_finds_the_same(
    environment: Path, tmp_path: Path, build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    model = small_ssd(tmp_path / "model", build)
    bundle = tmp_path / "bundle"
    arguments = ["prepare", "--model", str(model), "--bundle", str(bundle)]
    assert main([*arguments, "--environment", str(environment)]) == 0
    assert "litert" in capsys.readouterr().out
    assert sorted(path.name for path in bundle.iterdir()) == ["labels.pbtxt", "model.json", "prepared"]
    assert open_model(bundle).digest == open_model(model).digest
    found = detect(bundle, model / "samples", tmp_path / "lite")
    assert main(
        [
            *("detect", str(model / "samples"), "--model", str(model), "--min-score", "0.3"),
            *("--output", str(tmp_path / "whole"), "--no-annotate"),
        ]
    ) in (0, 1)
    lines = map(json.loads, (tmp_path / "whole" / "detections.jsonl").read_text().splitlines())
    assert found == {line["file_name"]: [one["category_id"] for one in line["detections"]] for line in lines}
    assert any(found.values())


def test_a_model_that_resizes_in_another_way_is_refused_with_the_reasons(tmp_path: Path) -> None:
    model = open_model(small_ssd(tmp_path / "model", Build(resized=False)))
    with pytest.raises(ModelProblem) as caught:
        prepare(model, tmp_path / "prepared", lambda line: None, "litert")
    assert caught.value.code == "MODEL_NOT_LITE"
    assert "whole: the model takes pictures of any size" in caught.value.facts["found"]
    assert not (tmp_path / "prepared").exists()


def test_a_model_in_which_nothing_is_found_is_refused(tmp_path: Path) -> None:
    nothing = {
        "detection_boxes": [[[0.0, 0.0, 0.5, 0.5]]],
        "detection_scores": [[0.0]],
        "detection_classes": [[1.0]],
        "num_detections": [1.0],
    }
    model = open_model(constant_model(tmp_path / "model", nothing))
    with pytest.raises(ModelProblem, match="MODEL_NOT_LITE"):
        prepare(model, tmp_path / "prepared", lambda line: None, "litert")


def test_a_bundle_of_another_model_is_refused(environment: Path, tmp_path: Path) -> None:
    model, bundle = small_ssd(tmp_path / "model"), tmp_path / "bundle"
    arguments = ["prepare", "--model", str(model), "--bundle", str(bundle)]
    assert main([*arguments, "--environment", str(environment)]) == 0
    description = json.loads((bundle / "model.json").read_text())
    (bundle / "model.json").write_text(json.dumps({**description, "digest": "sha256:" + "0" * 64}))
    with pytest.raises(ModelProblem) as caught:
        open_model(bundle)
    assert caught.value.code == "MODEL_DIGEST"


def test_an_environment_with_nothing_that_runs_models(
    colours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    arguments = ["prepare", "--model", str(colours), "--output", str(tmp_path / "prepared")]
    assert main([*arguments, "--environment", str(tmp_path / "empty")]) == 2
    assert "ENGINE_MISSING" in capsys.readouterr().err
