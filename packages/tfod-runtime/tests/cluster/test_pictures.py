from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from tfod_runtime.cluster.pictures import find_stored, in_shards
from tfod_runtime.cluster.storage import read_picture
from tfod_runtime.errors import PictureProblem, RuntimeProblem, SeveralProblems

NAMES = ("b.jpg", "deep/a.PNG", "deep/.hidden.jpg", ".hidden/c.jpg", "notes.txt")


@pytest.fixture(params=["local", "store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    address = str(tmp_path) if request.param == "local" else f"memory://pictures/{tmp_path.name}"
    files, path = fsspec.core.url_to_fs(address)
    for name in NAMES:
        files.makedirs(f"{path}/{name}".rsplit("/", 1)[0], exist_ok=True)
        files.pipe_file(f"{path}/{name}", name.encode())
    return address


def test_a_folder_a_pattern_a_file(root: str) -> None:
    assert [each.name for each in find_stored([root])] == ["b.jpg", "deep/a.PNG"]
    assert [each.name for each in find_stored([f"{root}/*/*.PNG"])] == ["deep/a.PNG"]
    assert [each.name for each in find_stored([f"{root}/notes.txt"])] == ["notes.txt"]


def test_addresses_can_be_read_by_any_machine(root: str) -> None:
    for each in find_stored([root]):
        assert read_picture(each.address).decode() == each.name


def test_a_picture_that_is_named_twice_is_taken_once(root: str) -> None:
    pictures = find_stored([root, f"{root}/b.jpg", root])
    assert [(each.image_id, each.name) for each in pictures] == [(1, "b.jpg"), (2, "deep/a.PNG")]


def test_all_that_is_wrong_is_told_at_once(root: str) -> None:
    with pytest.raises(SeveralProblems) as caught:
        find_stored([f"{root}/gone", f"{root}/*.gif"])
    assert [problem.code for problem in caught.value.problems] == ["INPUT_MISSING", "INPUT_EMPTY"]


def test_a_store_that_nobody_knows() -> None:
    with pytest.raises(RuntimeProblem) as caught:
        find_stored(["s4://bucket/pictures"])
    assert caught.value.code == "ADDRESS_UNKNOWN"


def test_a_picture_that_is_gone(root: str) -> None:
    with pytest.raises(PictureProblem) as caught:
        read_picture(f"{root}/gone.jpg")
    assert caught.value.code == "PICTURE_UNREADABLE"


def test_shards_hold_every_picture_once(root: str) -> None:
    pictures = find_stored([root]) * 5
    shards = in_shards(pictures, 3)
    assert [len(shard.pictures) for shard in shards] == [3, 3, 3, 1]
    assert [each for shard in shards for each in shard.pictures] == pictures
    assert [shard.index for shard in shards] == [0, 1, 2, 3]
