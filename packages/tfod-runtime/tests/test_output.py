from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tfod_runtime.errors import OutputProblem, PictureProblem, UsageProblem
from tfod_runtime.output import OutputFolder, whole_file


def line(name: str, detections: int = 1) -> dict[str, Any]:
    found = {"category_id": 1, "label": "cat", "score": 0.9, "bbox": [0.0, 0.0, 1.0, 1.0]}
    return {"image_id": 1, "file_name": name, "width": 9, "height": 9, "detections": [found] * detections}


def written(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 4 KiB: what a full disk does, without one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_is_there_in_full_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with whole_file(path) as stream:
        stream.write(b"first")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    with pytest.raises(KeyboardInterrupt), whole_file(path) as stream:
        stream.write(b"half of the sec")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"first"
    assert written(tmp_path) == ["file"]


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, small_files: None) -> None:
    with pytest.raises(OutputProblem) as caught, whole_file(tmp_path / "file") as stream:
        stream.write(b"x" * 100_000)
    assert caught.value.code == "OUTPUT_UNWRITABLE"
    assert written(tmp_path) == []


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, small_files: None) -> None:
    with OutputFolder(tmp_path) as output:
        output.begin()
        output.write_line(line("a.jpg"))
        with pytest.raises(OutputProblem):
            output.write_line(line("b.jpg", detections=100))
    lines = (tmp_path / "detections.jsonl").read_text().splitlines()
    assert [json.loads(text)["file_name"] for text in lines] == ["a.jpg"]


def test_results_are_the_lines_as_coco(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "new" / "folder") as output:
        output.begin()
        output.write_line(line("a.jpg", detections=2))
        output.write_line(line("b.jpg", detections=0))
        output.write_line(line("c.jpg"))
        output.write_results()
    results = json.loads((output.folder / "detections.json").read_text())
    assert [result["file_name"] for result in results] == ["a.jpg", "a.jpg", "c.jpg"]


def test_no_detection_is_an_empty_list(tmp_path: Path) -> None:
    with OutputFolder(tmp_path) as output:
        output.begin()
        output.write_results()
    assert json.loads((tmp_path / "detections.json").read_text()) == []


def test_a_second_run_removes_the_results_of_the_first_and_nothing_else(tmp_path: Path) -> None:
    with OutputFolder(tmp_path) as output:
        output.begin()
        for name in ("annotated/a.jpg", "annotated/sub/b.jpg"):
            output.write_annotated(name, b"jpeg")
            output.write_line({**line("a.jpg"), "annotated": name})
        output.write_line({**line("x.jpg"), "annotated": "annotated/../precious.txt"})
        output.write_results()
        output.write_summary({})
    for name in ("annotated/mine.txt", "precious.txt"):
        (tmp_path / name).write_text("keep")
    with OutputFolder(tmp_path) as output:
        assert "summary.json" in written(tmp_path)
        output.begin()
        assert written(tmp_path) == ["annotated/mine.txt", "detections.jsonl", "precious.txt", "run.json"]
    assert (tmp_path / "detections.jsonl").read_bytes() == b""


def test_files_have_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    with whole_file(tmp_path / "whole") as stream:
        stream.write(b"x")
    assert (tmp_path / "whole").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputProblem, match="OUTPUT_UNWRITABLE"), OutputFolder(tmp_path / "file" / "out"):
        raise AssertionError("the folder was made")


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputProblem, match="OUTPUT_UNWRITABLE"), OutputFolder(tmp_path / "out"):
        raise AssertionError("the file was taken for a folder")


@pytest.mark.parametrize("resumed", [False, True])
def test_results_stay_until_the_next_run_begins(tmp_path: Path, resumed: bool) -> None:
    with OutputFolder(tmp_path) as output:
        output.begin()
        output.write_annotated("annotated/a.jpg", b"jpeg")
        output.write_line({**line("a.jpg"), "annotated": "annotated/a.jpg"})
        output.write_results()
        output.write_summary({})
    finished = written(tmp_path)
    with OutputFolder(tmp_path, resumed=resumed):
        pass
    assert written(tmp_path) == finished


def test_a_folder_is_of_one_run_at_a_time(tmp_path: Path) -> None:
    with OutputFolder(tmp_path) as first:
        first.begin()
        first.write_line(line("a.jpg"))
        for resumed in (False, True):
            with pytest.raises(OutputProblem) as caught, OutputFolder(tmp_path, resumed=resumed):
                raise AssertionError("two runs write to one folder")
            assert caught.value.code == "OUTPUT_IN_USE"
        first.write_line(line("b.jpg"))
    with OutputFolder(tmp_path, resumed=True) as second:
        assert [each["file_name"] for each in second.earlier_lines()] == ["a.jpg", "b.jpg"]
    assert written(tmp_path) == ["detections.jsonl", "run.json"]


def test_a_run_that_was_refused_keeps_nothing_from_the_next(tmp_path: Path) -> None:
    with OutputFolder(tmp_path, {"model": "a"}) as output:
        output.begin()
    refused = OutputFolder(tmp_path, {"model": "b"}, resumed=True)
    with pytest.raises(UsageProblem), refused:
        pass
    with OutputFolder(tmp_path):
        pass


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with OutputFolder(tmp_path) as output:
        output.begin()
        output.write_line(line("a.jpg"))


@pytest.mark.parametrize("name", ["taken.jpg", "file/a.jpg", "n" * 300, f"{'n' * 300}/a.jpg"])
def test_a_name_that_cannot_be_is_a_matter_of_one_picture(tmp_path: Path, name: str) -> None:
    (tmp_path / "annotated" / "taken.jpg").mkdir(parents=True)
    (tmp_path / "annotated" / "file").write_text("in the way")
    with OutputFolder(tmp_path) as output:
        with pytest.raises(PictureProblem) as caught:
            output.write_annotated(f"annotated/{name}", b"jpeg")
        assert caught.value.code == "ANNOTATED_NAME"
        output.write_annotated("annotated/a.jpg", b"jpeg")
    assert written(tmp_path) == ["annotated/a.jpg", "annotated/file"]


def test_no_folder_for_annotated_pictures_is_a_matter_of_all(tmp_path: Path) -> None:
    (tmp_path / "annotated").write_text("in the way")
    with OutputFolder(tmp_path) as output, pytest.raises(OutputProblem, match="OUTPUT_UNWRITABLE"):
        output.write_annotated("annotated/a.jpg", b"jpeg")
