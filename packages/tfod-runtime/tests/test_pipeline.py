from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from builders.a_detector import RedDetector
from builders.a_picture import RED, file_bytes, scene

from tfod_runtime.detections import Picture
from tfod_runtime.detector import Detector, Found
from tfod_runtime.errors import OutputProblem, UsageProblem
from tfod_runtime.examine import Examiner
from tfod_runtime.output import OutputFolder
from tfod_runtime.pictures import PictureFile
from tfod_runtime.pipeline import Crew, annotated_names, run_pipeline
from tfod_runtime.progress import open_progress
from tfod_runtime.summary import Tally


class SlowFirst:
    """Needs the longer for a picture the earlier it is, and notes how many it looks at at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.most = self.now = 0
        self._lock = threading.Lock()

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        with self._lock:
            self.batches.append(len(pictures))
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05 if pictures[0].name < "05" else 0.001)
        with self._lock:
            self.now -= 1
        return RedDetector().detect_batch(pictures)


@pytest.fixture
def files(tmp_path: Path) -> list[PictureFile]:
    """Twenty pictures: number 7 is no picture, number 13 makes the detector fail."""
    made = []
    for number in range(20):
        path = tmp_path / "pictures" / f"{number:02}.png"
        path.parent.mkdir(exist_ok=True)
        height = 13 if number == 13 else 20
        data = file_bytes(scene(30, height, (RED, (number, 0, 5, 5))))
        path.write_bytes(b"nothing" if number == 7 else data)
        made.append(PictureFile(number + 1, path.name, path))
    return made


def run(
    folder: OutputFolder, files: Sequence[PictureFile], detector: Detector, crew: Crew | None = None
) -> Tally:
    tally = Tally()
    progress = open_progress("none", io.StringIO())
    folder.begin()
    run_pipeline(files, Examiner(detector), folder, progress, tally, annotated=False, crew=crew)
    return tally


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in (folder / "detections.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("crew", [Crew(), Crew(4), Crew(3, 4)])
def test_lines_are_in_order_and_failures_harm_no_other(
    tmp_path: Path, files: list[PictureFile], crew: Crew
) -> None:
    detector = SlowFirst()
    with OutputFolder(tmp_path / "out") as folder:
        tally = run(folder, files, detector, crew)
    assert [line["image_id"] for line in lines(tmp_path / "out")] == [
        number for number in range(1, 21) if number not in (8, 14)
    ]
    assert [failure.file_name for failure in tally.failures] == ["07.png", "13.png"]
    assert tally.pictures == 20
    assert detector.most <= crew.workers
    assert max(detector.batches) == crew.batch


class Counting:
    """Pictures to be looked at; knows how far it was read."""

    def __init__(self, files: Sequence[PictureFile]) -> None:
        self.files, self.taken = files, 0

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        self.taken += len(pictures)
        return [[] for _ in pictures]


def test_a_full_disk_stops_the_run_and_what_is_under_way_is_bounded(
    tmp_path: Path, files: list[PictureFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = Counting(files)

    def full(line: dict[str, Any]) -> None:
        raise OutputProblem("OUTPUT_UNWRITABLE", "the results cannot be written")

    with OutputFolder(tmp_path / "out") as folder:
        monkeypatch.setattr(folder, "write_line", full)
        with pytest.raises(OutputProblem):
            run(folder, files, detector, Crew(2))
    assert detector.taken <= 6
    assert lines(tmp_path / "out") == []


RUN = {"model": "sha256:1", "minScore": 0.5}


@pytest.mark.parametrize(
    "cut_off",
    [b'{"image_id": 10, "file_na', b'{"image_id": 10, "file_name": "09.png", "detections": []}'],
)
def test_a_run_goes_on_where_it_was_cut_off(tmp_path: Path, files: list[PictureFile], cut_off: bytes) -> None:
    out = tmp_path / "out"
    with OutputFolder(out, RUN) as folder:
        run(folder, files[:9], RedDetector())
    with (out / "detections.jsonl").open("ab") as stream:
        stream.write(cut_off)  # the machine went down
    (out / "summary.json").write_text("{}")
    detector = Counting(files)
    with OutputFolder(out, RUN, resumed=True) as folder:
        folder.check_pictures(files)
        assert folder.earlier == 8
        assert [line["image_id"] for line in folder.earlier_lines()] == [1, 2, 3, 4, 5, 6, 7, 9]
        assert (out / "summary.json").exists()
        tally = run(folder, files, detector)
    assert not (out / "summary.json").exists()
    # The one that failed is tried again; it is no picture still.
    assert detector.taken == 11
    assert [failure.file_name for failure in tally.failures] == ["07.png"]
    assert [line["image_id"] for line in lines(out)] == [n for n in range(1, 21) if n != 8]
    assert len(json.loads((out / "detections.json").read_text())) == 8


def test_nothing_to_go_on_with_is_a_new_run(tmp_path: Path, files: list[PictureFile]) -> None:
    with OutputFolder(tmp_path / "out", RUN, resumed=True) as folder:
        assert run(folder, files, RedDetector()).pictures == 20


def test_without_resume_a_run_starts_anew(tmp_path: Path, files: list[PictureFile]) -> None:
    for _ in range(2):
        with OutputFolder(tmp_path / "out", RUN) as folder:
            run(folder, files[:3], RedDetector())
    assert len(lines(tmp_path / "out")) == 3


def test_another_model_does_not_go_on(tmp_path: Path, files: list[PictureFile]) -> None:
    with OutputFolder(tmp_path / "out", RUN) as folder:
        run(folder, files[:3], RedDetector())
    other = {**RUN, "model": "sha256:2"}
    with pytest.raises(UsageProblem) as caught, OutputFolder(tmp_path / "out", other, resumed=True):
        pass
    assert caught.value.code == "RESUME_OTHER_RUN"
    assert caught.value.facts["found"] == "model sha256:1"
    assert len(lines(tmp_path / "out")) == 3


def test_other_pictures_do_not_go_on(tmp_path: Path, files: list[PictureFile]) -> None:
    with OutputFolder(tmp_path / "out", RUN) as folder:
        run(folder, files[:3], RedDetector())
    moved = [PictureFile(file.image_id + 1, file.name, file.path) for file in files]
    folder = OutputFolder(tmp_path / "out", RUN, resumed=True)
    with folder, pytest.raises(UsageProblem) as caught:
        folder.check_pictures(moved)
    assert caught.value.code == "RESUME_OTHER_PICTURES"
    assert "00.png" in caught.value.facts["found"]


def test_annotated_pictures_of_equal_names_and_of_names_that_are_folders() -> None:
    names = ["a.jpg", "a.png", "a.png.jpg", "b.JPEG", "x.png", "x.png.jpg/y.jpg", "z.jpg", "z.jpg/deep/y.gif"]
    assert annotated_names(names) == [
        f"annotated/{name}"
        for name in (
            *("a.jpg", "a.png.jpg", "a.png-2.jpg", "b.JPEG", "x.png-2.jpg", "x.png.jpg/y.jpg"),
            *("z-2.jpg", "z.jpg/deep/y.gif.jpg"),
        )
    ]


def test_an_annotated_picture_has_a_name_that_file_systems_take() -> None:
    long = [f"sub/{'n' * 247}.png", f"sub/{'n' * 251}.png", f"sub/{'n' * 250}1.png", f"{'ü' * 125}.png"]
    names = annotated_names(long)
    assert names[0] == f"annotated/sub/{'n' * 247}.png.jpg"
    assert len(set(names)) == 4
    assert all(len(name.rpartition("/")[2].encode()) <= 255 and name.endswith(".jpg") for name in names)
    assert names[1].startswith(f"annotated/sub/{'n' * 234}-")
    assert names == annotated_names(long)


def test_a_picture_that_cannot_be_annotated_stops_no_other(tmp_path: Path, files: list[PictureFile]) -> None:
    (tmp_path / "out" / "annotated" / "01.png.jpg").mkdir(parents=True)
    tally = Tally()
    with OutputFolder(tmp_path / "out") as folder:
        folder.begin()
        run_pipeline(files[:3], Examiner(RedDetector()), folder, open_progress("none", io.StringIO()), tally)
    assert [(failure.file_name, failure.code) for failure in tally.failures] == [("01.png", "ANNOTATED_NAME")]
    assert [line["file_name"] for line in lines(tmp_path / "out")] == ["00.png", "02.png"]
