from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tfod_runtime.errors import PictureProblem, RuntimeProblem, SeveralProblems, UsageProblem
from tfod_runtime.pictures import find_pictures, read_bytes, read_list, unique_names


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in (
        "b.jpg",
        "a.PNG",
        "deep/er/c.webp",
        "notes.txt",
        ".hidden.jpg",
        ".git/d.jpg",
        "out/annotated/b.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")
    return tmp_path


def names(inputs: list[str], leave_out: Path | None = None) -> list[tuple[int, str]]:
    return [(file.image_id, file.name) for file in find_pictures(inputs, leave_out).pictures]


def test_a_folder_gives_its_pictures_sorted_by_name(photos: Path) -> None:
    found = find_pictures([str(photos)], leave_out=photos / "out" / "annotated")
    assert [(file.image_id, file.name) for file in found.pictures] == [
        (1, "a.PNG"),
        (2, "b.jpg"),
        (3, "deep/er/c.webp"),
    ]
    assert found.pictures[2].path == photos / "deep" / "er" / "c.webp"
    assert [path.name for path in found.others] == ["notes.txt"]


def test_results_among_the_pictures_are_left_out_only_when_asked(photos: Path) -> None:
    assert "out/annotated/b.jpg" in [name for _, name in names([str(photos)])]


def test_results_among_the_pictures_are_left_out_of_a_pattern_too(photos: Path) -> None:
    annotated = photos / "out" / "annotated"
    assert [name for _, name in names([f"{photos}/**/*.jpg"], annotated)] == ["b.jpg"]
    assert [name for _, name in names([f"{annotated}/*.jpg"], annotated)] == ["b.jpg"]
    with pytest.raises(UsageProblem, match="INPUT_EMPTY"):
        names([f"{photos}/o*/**/*.jpg"], annotated)


def test_linked_folders_are_searched_each_folder_once(
    photos: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "e.jpg").write_bytes(b"picture")
    (elsewhere / "back").symlink_to(photos)
    (photos / "a-camera").symlink_to(elsewhere)
    (photos / "deep" / "loop").symlink_to(photos)
    (photos / "deep" / "again").symlink_to(photos / "deep" / "er")
    (photos / "link").symlink_to(photos / "out")
    assert [name for _, name in names([str(photos)], photos / "out" / "annotated")] == [
        *("a-camera/e.jpg", "a.PNG", "b.jpg", "deep/er/c.webp")
    ]


def test_a_pattern_names_from_its_fixed_part(photos: Path) -> None:
    assert names([f"{photos}/deep/**/*.webp"]) == [(1, "er/c.webp")]
    assert names([f"{photos}/*.jpg"]) == [(1, "b.jpg")]


def test_a_relative_pattern(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(photos)
    assert names(["*.jpg"]) == [(1, "b.jpg")]
    assert names(["deep/**/*.webp"]) == [(1, "er/c.webp")]


def test_a_file_is_taken_whatever_it_is_called(photos: Path) -> None:
    assert names([f"{photos}/notes.txt"]) == [(1, "notes.txt")]


def test_a_file_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "a[1].jpg").write_bytes(b"")
    assert names([f"{tmp_path}/a[1].jpg"]) == [(1, "a[1].jpg")]


def test_a_picture_named_twice_is_taken_once(photos: Path) -> None:
    assert names([f"{photos}/b.jpg", f"{photos}/*.jpg"]) == [(1, "b.jpg")]


def test_equal_names_from_different_folders_get_numbers(photos: Path) -> None:
    assert names([f"{photos}/b.jpg", f"{photos}/out/annotated"]) == [(1, "b-2.jpg"), (2, "b.jpg")]


def test_a_number_never_takes_a_name_that_is_there() -> None:
    assert unique_names(["a.jpg", "a-2.jpg", "a.jpg", "x/a.jpg", "a.jpg", "x/a.jpg"]) == [
        *("a.jpg", "a-2.jpg", "a-3.jpg", "x/a.jpg", "a-4.jpg", "x/a-2.jpg")
    ]


def test_many_equal_names_take_no_longer_than_others() -> None:
    names = unique_names(["frame.jpg"] * 50_000)
    assert names[:2] == ["frame.jpg", "frame-2.jpg"]
    assert names[-1] == "frame-50000.jpg"


def test_a_reserved_name_is_given_to_none() -> None:
    assert unique_names(["a.jpg", "a.jpg", "b.jpg"], ["a.jpg", "a-3.jpg"]) == ["a-2.jpg", "a-4.jpg", "b.jpg"]


def test_every_wrong_input_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SeveralProblems) as caught:
        find_pictures([f"{tmp_path}/gone", f"{tmp_path}/empty", f"{tmp_path}/*.png"])
    assert [problem.code for problem in caught.value.problems] == [
        "INPUT_MISSING",
        "INPUT_EMPTY",
        "INPUT_EMPTY",
    ]


def write_list(folder: Path, *lines: str) -> Path:
    path = folder / "list.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_list_gives_names_and_sorts_them(tmp_path: Path) -> None:
    path = write_list(
        tmp_path,
        '{"path": "/pictures/0/b.jpg", "name": "b.jpg"}',
        "",
        '{"path": "/pictures/1/a.jpg"}',
        json.dumps({"path": "/pictures/2/x.jpg", "name": "sub/ü.jpg"}),
    )
    assert [(file.image_id, file.name, str(file.path)) for file in read_list(path)] == [
        (1, "a.jpg", "/pictures/1/a.jpg"),
        (2, "b.jpg", "/pictures/0/b.jpg"),
        (3, "sub/ü.jpg", "/pictures/2/x.jpg"),
    ]


def test_a_name_with_a_line_separator_of_unicode(tmp_path: Path) -> None:
    path = write_list(tmp_path, '{"path": "/a\u2028b.jpg"}', '{"path": "/c\x85d.jpg"}\r')
    assert [file.name for file in read_list(path)] == ["a\u2028b.jpg", "c\x85d.jpg"]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        '{"name": "a.jpg"}',
        '{"path": "", "name": "a.jpg"}',
        '{"path": "/a.jpg", "name": ""}',
        '{"path": "/a.jpg", "name": 5}',
        '{"path": "/a.jpg", "name": "/etc/passwd"}',
        '{"path": "/a.jpg", "name": "../../a.jpg"}',
        '{"path": "/a.jpg", "name": "a/../../b.jpg"}',
        '{"path": "/a.jpg", "name": "a\\u0000.jpg"}',
        '{"path": "/a.jpg", "name": "a\\ud800.jpg"}',
        '{"path": "/a\\ud800.jpg"}',
        '{"path": "/a\\u0000.jpg", "name": "a.jpg"}',
    ],
)
def test_a_wrong_line_is_named_with_its_number(tmp_path: Path, line: str) -> None:
    path = write_list(tmp_path, '{"path": "/x.jpg"}', line)
    with pytest.raises(UsageProblem) as caught:
        read_list(path)
    assert caught.value.code == "LIST_INVALID"
    assert caught.value.facts["where"] == f"{path}:2"


def test_all_wrong_lines_at_once_and_names_given_twice(tmp_path: Path) -> None:
    same = '{"path": "/x.jpg", "name": "a.jpg"}'
    with pytest.raises(SeveralProblems, match="stands on line 1 too") as caught:
        read_list(write_list(tmp_path, same, "nonsense", same))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("lines", [[], ["", "  "]])
def test_an_empty_list(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(UsageProblem) as caught:
        read_list(write_list(tmp_path, *lines))
    assert caught.value.code == "INPUT_EMPTY"


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        read_list(tmp_path / "gone.jsonl")
    assert caught.value.code == "LIST_MISSING"


def test_a_picture_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with (tmp_path / "huge.jpg").open("wb") as stream:
        stream.truncate(2**30 + 1)
    for name in ("gone.jpg", "pipe.jpg", "huge.jpg", "."):
        with pytest.raises(PictureProblem) as caught:
            read_bytes(tmp_path / name)
        assert caught.value.code == "PICTURE_UNREADABLE"


def test_a_folder_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def forbidden(folder: object) -> object:
        raise PermissionError(13, "Permission denied", str(folder))

    # The suite may run as root, to whom nothing is forbidden.
    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(RuntimeProblem) as caught:
        find_pictures([str(tmp_path)])
    assert caught.value.code == "INPUT_UNREADABLE"
