from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.a_picture import RED, file_bytes, scene
from builders.families import save_family

from tfod_runtime.card.__main__ import main


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_family("keras-hub-pixels", tmp_path_factory.mktemp("card"))
    (folder / "samples").mkdir()
    (folder / "samples" / "red.png").write_bytes(file_bytes(scene(64, 32, (RED, (0, 0, 9, 9)))))
    return folder


def test_a_card_says_what_a_model_is(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--model", str(model), "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    described = json.loads((model / "model.json").read_text())
    assert (card["name"], card["digest"], card["family"]) == ("colours", described["digest"], "keras-hub")
    assert card["signature"]["inputs"] == [{"name": "images", "dtype": "float32", "shape": [None, 96, 96, 3]}]
    assert card["input"]["kind"] == "float32-255"
    assert card["input"]["advice"][1].startswith("pictures are stretched to 96 × 96")
    assert card["labels"]["gaps"] == [3]
    assert card["labels"]["names"] == {"1": "red", "2": "green", "4": "blue"}
    assert card["bytes"] == sum(path.stat().st_size for path in (model / "saved_model").rglob("*.*"))
    latency = card["latency"]
    assert (latency["picture"], latency["width"], latency["height"]) == ("red.png", 64, 32)
    assert latency["runs"] >= 1 and latency["medianMilliseconds"] > 0


def test_a_card_for_people(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--model", str(model)]) == 0
    text = capsys.readouterr().out
    assert "family     keras-hub\n" in text
    assert "  out      boxes: float32 [?, 5, 4]\n" in text
    assert "classes    3, ids 1 to 4, 1 gap: red, green, blue\n" in text
    assert "with red.png, 64 × 32 pixels" in text


def test_a_model_without_samples_is_timed_on_grey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--model", str(save_family("tf-hub", tmp_path)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["latency"]["picture"] == "a grey picture"


def test_what_is_no_model_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--model", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("MODEL_MISSING")
