"""The command `detect`, in this process and in its own, on a real model and real picture files."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders.a_model import paper_model
from builders.a_picture import BLUE, GREEN, RED, file_bytes, scene, sixteen_bit_ramp
from PIL import Image

from tfod_runtime.cli import main
from tfod_runtime.cpus import available_cpus
from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import Detection, Picture
from tfod_runtime.errors import ModelProblem

# On the edges of JPEG's blocks, so that its colours do not run.
SCENE = scene(64, 48, (RED, (16, 8, 32, 32)))
BAD = {
    "empty.jpg": "PICTURE_EMPTY",
    "text.jpg": "PICTURE_UNKNOWN",
    "truncated.jpg": "PICTURE_DAMAGED",
    "thirteen.png": "DETECTION_FAILED",
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good and bad pictures of every kind; red is found wherever there is colour."""
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {
        "a.jpg": file_bytes(SCENE, "JPEG", quality=95, subsampling=0),
        "animated.gif": file_bytes(SCENE, "GIF", save_all=True, append_images=[scene(64, 48)]),
        "cmyk.jpg": file_bytes(SCENE.convert("CMYK"), "JPEG", quality=95, subsampling=0),
        "deep/palette.png": file_bytes(SCENE.convert("P", palette=Image.Palette.ADAPTIVE)),
        "one.png": file_bytes(scene(1, 1, (RED, (0, 0, 1, 1)))),
        "sixteen.png": file_bytes(Image.fromarray(sixteen_bit_ramp())),
        "turned.jpg": file_bytes(
            SCENE.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, subsampling=0, exif=turned
        ),
        "two.png": file_bytes(
            scene(64, 48, (RED, (0, 0, 8, 8)), (GREEN, (32, 24, 16, 12)), (BLUE, (50, 40, 9, 8)))
        ),
        "wide.png": file_bytes(scene(30_000, 10, (GREEN, (15_000, 0, 15_000, 10)))),
        "empty.jpg": b"",
        "text.jpg": b"this is not a picture\n",
        "truncated.jpg": file_bytes(SCENE, "JPEG")[:-200],
        "thirteen.png": file_bytes(scene(20, 13)),
        "notes.txt": b"not even named like one",
    }
    folder = tmp_path_factory.mktemp("photos")
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def lines_of(output: Path) -> dict[str, Any]:
    lines = [json.loads(text) for text in (output / "detections.jsonl").read_text().splitlines()]
    return {line["file_name"]: line for line in lines}


def test_a_folder_of_good_and_bad_pictures(
    colours: Path,
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TFOD_IMAGE_REF", "registry/parking:cpu")
    code = main(["detect", str(photos), "--model", str(colours), "--output", str(tmp_path)])
    streams = capsys.readouterr()
    assert code == 1

    lines = lines_of(tmp_path)
    good = [
        "a.jpg",
        "animated.gif",
        "cmyk.jpg",
        "deep/palette.png",
        "one.png",
        "sixteen.png",
        "turned.jpg",
        "two.png",
        "wide.png",
    ]
    assert list(lines) == good
    for name in ("a.jpg", "animated.gif", "cmyk.jpg", "deep/palette.png", "turned.jpg"):
        (found,) = lines[name]["detections"]
        assert (found["label"], found["category_id"]) == ("red", 1), name
        assert found["bbox"] == [16, 8, 32, 32], name
        assert (lines[name]["width"], lines[name]["height"]) == (64, 48), name
    assert [found["label"] for found in lines["two.png"]["detections"]] == ["red", "green"]
    assert lines["one.png"]["detections"][0]["bbox"] == [0, 0, 1, 1]
    assert lines["sixteen.png"]["detections"] == []
    assert lines["wide.png"]["detections"][0]["bbox"] == pytest.approx([15_000, 0, 15_000, 10], abs=0.01)

    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["pictures"], summary["detections"]) == (13, 9)
    assert summary["byLabel"] == {"red": 7, "green": 2}
    assert {failure["file_name"]: failure["code"] for failure in summary["failures"]} == BAD
    assert summary["image"] == "registry/parking:cpu"
    assert summary["model"] == {
        "name": "colours",
        "digest": json.loads((colours / "model.json").read_text())["digest"],
    }
    # Both figures are rounded to the thousandth.
    assert summary["seconds"] == pytest.approx(13 / summary["picturesPerSecond"], abs=0.001)

    # Names sorted, failed ones too, give the ids.
    ids = {name: number for number, name in enumerate(sorted([*good, *BAD]), 1)}
    assert {name: line["image_id"] for name, line in lines.items()} == {name: ids[name] for name in good}

    assert "red          7        0.90         7" in streams.out
    for name, failure in BAD.items():
        assert f"{name}" in streams.out and failure in streams.out
    assert str(tmp_path / "detections.json") in streams.out
    assert "notes.txt" in streams.err
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("annotated", "detections.json", "detections.jsonl", "run.json", "summary.json")
    ]
    for name in good:
        with Image.open(tmp_path / lines[name]["annotated"]) as annotated:
            assert annotated.size == (lines[name]["width"], lines[name]["height"])


def test_pycocotools_reads_the_results(colours: Path, photos: Path, tmp_path: Path) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    inputs = [str(photos / name) for name in ("a.jpg", "two.png")]
    assert (
        main(["detect", *inputs, "--model", str(colours), "--output", str(tmp_path), "--progress", "none"])
        == 0
    )
    boxes = [(1, 1, [16, 8, 32, 32]), (2, 1, [0, 0, 8, 8]), (2, 2, [32, 24, 16, 12])]
    truth = COCO()
    truth.dataset = {
        "info": {},
        "images": [{"id": 1, "width": 64, "height": 48}, {"id": 2, "width": 64, "height": 48}],
        "categories": [{"id": 1, "name": "red"}, {"id": 2, "name": "green"}],
        "annotations": [
            {
                "id": number,
                "image_id": image,
                "category_id": category,
                "bbox": box,
                "area": box[2] * box[3],
                "iscrowd": 0,
            }
            for number, (image, category, box) in enumerate(boxes, 1)
        ],
    }
    truth.createIndex()
    evaluation = COCOeval(truth, truth.loadRes(str(tmp_path / "detections.json")), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1.0)


def test_allowed_failures_no_annotations_and_json(
    colours: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["detect", str(photos / "text.jpg"), str(photos / "a.jpg"), "--model", str(colours)]
    arguments += [
        "--output",
        str(tmp_path),
        "--allow-failures",
        "--no-annotate",
        "--json",
        "--progress",
        "none",
    ]
    assert main(arguments) == 0
    streams = capsys.readouterr()
    assert streams.err == ""
    assert json.loads(streams.out) == json.loads((tmp_path / "summary.json").read_text())
    assert not (tmp_path / "annotated").exists()
    assert "annotated" not in lines_of(tmp_path)["a.jpg"]


def test_a_list_whose_pictures_are_gone_and_renamed(colours: Path, photos: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.jsonl"
    entries = [
        {"path": str(photos / "a.jpg"), "name": "x/first.png"},
        {"path": "/gone.jpg", "name": "gone.jpg"},
    ]
    listed.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    output = tmp_path / "out"
    assert main(["detect", "--list", str(listed), "--model", str(colours), "--output", str(output)]) == 1
    assert lines_of(output)["x/first.png"]["annotated"] == "annotated/x/first.png.jpg"
    assert (output / "annotated" / "x" / "first.png.jpg").is_file()
    (failure,) = json.loads((output / "summary.json").read_text())["failures"]
    assert (failure["file_name"], failure["code"]) == ("gone.jpg", "PICTURE_UNREADABLE")


def test_without_pictures_the_models_samples_are_taken(
    colours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFOD_MODEL", str(colours))
    assert main(["detect", "--output", str(tmp_path / "out")]) == 2
    assert "the model has no samples" in capsys.readouterr().err
    samples = tmp_path / "model"
    samples.mkdir()
    for path in colours.iterdir():
        (samples / path.name).symlink_to(path)
    (samples / "samples").mkdir()
    (samples / "samples" / "s.png").write_bytes(file_bytes(SCENE))
    assert main(["detect", "--model", str(samples), "--output", str(tmp_path / "out")]) == 0
    assert list(lines_of(tmp_path / "out")) == ["s.png"]


def test_the_service_has_its_say(colours: Path, photos: Path, tmp_path: Path) -> None:
    def only_green(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
        assert picture.pixels.shape == (48, 64, 3)
        return (found for found in detections if found.label == "green")

    arguments = ["detect", str(photos / "two.png"), "--model", str(colours), "--output", str(tmp_path)]
    assert main(arguments, select=only_green) == 0
    assert [found["label"] for found in lines_of(tmp_path)["two.png"]["detections"]] == ["green"]


def test_a_service_whose_code_fails_hears_of_it(
    colours: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
        return [detections[7]]

    arguments = ["detect", str(photos / "two.png"), "--model", str(colours), "--output", str(tmp_path)]
    assert main(arguments, select=broken) == 1
    assert "SELECT_FAILED" in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--resume"]])
def test_a_run_that_does_not_begin_leaves_the_results_of_the_last_one(
    colours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    pictures, output = tmp_path / "pictures", tmp_path / "out"
    pictures.mkdir()
    (pictures / "b.png").write_bytes(file_bytes(SCENE))
    arguments = ["detect", str(pictures), "--model", str(colours), "--output", str(output)]
    assert main(arguments) == 0
    finished = sorted(output.iterdir())

    (pictures / "a.png").write_bytes(file_bytes(SCENE))
    if not options:
        monkeypatch.setattr("tfod_runtime.run_detect.load_detector", _fail)
    assert main([*arguments, *options]) == 2
    assert sorted(output.iterdir()) == finished


def _fail(*anything: object) -> None:
    raise ModelProblem("MODEL_UNLOADABLE", "the model cannot be loaded")


def start(colours: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TFOD_MODEL": str(colours)}
    return subprocess.Popen(
        [sys.executable, "-m", "tfod_runtime", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_being_stopped_leaves_whole_files(colours: Path, tmp_path: Path, number: int, code: int) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3), np.uint8)
    picture = tmp_path / "picture.png"
    picture.write_bytes(file_bytes(Image.fromarray(noise), compress_level=1))
    listed = tmp_path / "list.jsonl"
    listed.write_text(
        "".join(json.dumps({"path": str(picture), "name": f"{n:05}.png"}) + "\n" for n in range(5000))
    )
    output = tmp_path / "out"
    process = start(colours, "detect", "--list", str(listed), "--output", str(output))
    lines = output / "detections.jsonl"
    deadline = time.monotonic() + 60
    while not (lines.exists() and lines.stat().st_size > 500):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == code
    assert stdout == ""
    done = lines_of(output)
    assert 0 < len(done) < 5000
    assert (
        f"{len(done)} of 5,000 pictures done" in stderr or f"{len(done) - 1} of 5,000 pictures done" in stderr
    )
    assert "Traceback" not in stderr
    annotated = sorted(path.name for path in (output / "annotated").iterdir())
    for name in annotated:
        decode_picture((output / "annotated" / name).read_bytes(), name)
    # What a worker has taken, it finishes; its line may not be written any more.
    assert 0 <= len(annotated) - len(done) <= 3 * available_cpus()
    assert sorted(path.name for path in output.iterdir()) == ["annotated", "detections.jsonl", "run.json"]


def test_the_server_in_its_own_process(colours: Path) -> None:
    import http.client

    process = start(colours, "serve", "--host", "127.0.0.1", "--port", "0")
    assert process.stderr is not None
    try:
        listening = json.loads(process.stderr.readline())
        port = int(listening["url"].rsplit(":", 1)[1])
        ready = json.loads(process.stderr.readline())
        assert (ready["event"], ready["model"]) == ("ready", "colours")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/detect", file_bytes(SCENE))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        assert answer["detections"][0]["bbox"] == [16, 8, 32, 32]
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=20)
        assert process.returncode == 0
        events = [json.loads(line)["event"] for line in stderr.splitlines()]
        assert events == ["request", "stopping", "stopped"]
    finally:
        process.kill()
        process.communicate()


def test_a_server_whose_model_cannot_be_loaded(tmp_path: Path) -> None:
    process = start(paper_model(tmp_path), "serve", "--host", "127.0.0.1", "--port", "0")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "MODEL_UNLOADABLE" in stderr and "Traceback" not in stderr


def test_a_server_is_stopped_while_it_loads(colours: Path) -> None:
    process = start(colours, "serve", "--host", "127.0.0.1", "--port", "0")
    assert process.stderr is not None
    assert json.loads(process.stderr.readline())["event"] == "listening"
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode in (0, 143)
    assert "Traceback" not in stderr


def test_a_port_that_is_taken(colours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert main(["serve", "--model", str(colours), "--host", "127.0.0.1", "--port", port]) == 2
    message = capsys.readouterr().err
    assert "SERVE_ADDRESS" in message and f"127.0.0.1:{port}" in message


def test_a_server_without_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--model", str(tmp_path / "gone"), "--port", "0"]) == 2
    assert "MODEL_MISSING" in capsys.readouterr().err
