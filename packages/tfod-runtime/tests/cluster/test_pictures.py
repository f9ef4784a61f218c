from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath

import fsspec
import pytest

from tfod_runtime.cluster.pictures import StoredPicture, find_stored, in_shards
from tfod_runtime.cluster.shard_worker import rows_of
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


def put(root: str, *names: str) -> None:
    files, path = fsspec.core.url_to_fs(root)
    for name in names:
        files.makedirs(f"{path}/{name}".rsplit("/", 1)[0], exist_ok=True)
        files.pipe_file(f"{path}/{name}", name.encode())


def test_what_is_there_is_no_pattern(root: str) -> None:
    put(root, "photos [2024]/c.jpg", "[x].jpg")
    assert [each.name for each in find_stored([f"{root}/photos [2024]"])] == ["c.jpg"]
    assert [each.name for each in find_stored([f"{root}/[x].jpg"])] == ["[x].jpg"]
    assert [each.name for each in find_stored([f"{root}/[a-c].jpg"])] == ["b.jpg"]


def test_colons_in_a_name(tmp_path: Path) -> None:
    (tmp_path / "cam::1").mkdir()
    (tmp_path / "cam::1" / "a::b.jpg").write_bytes(b"cam::1/a::b.jpg")
    for address in (f"{tmp_path}/cam::1", f"{tmp_path}/cam::1/a::b.jpg"):
        (picture,) = find_stored([address])
        assert (picture.name, read_picture(picture.address)) == ("a::b.jpg", b"cam::1/a::b.jpg")


def test_a_chain_of_stores(root: str) -> None:
    store = root if "://" in root else f"file://{root}"
    (picture,) = find_stored([f"simplecache::{store}/b.jpg"])
    assert read_picture(picture.address) == b"b.jpg"


def test_results_among_the_pictures_are_left_out(root: str) -> None:
    before = find_stored([root])
    put(root, "out/annotated/b.jpg", "out/annotated/deep/a.PNG.jpg")
    assert find_stored([root], leave_out=f"{root}/out/annotated") == before
    by_pattern = find_stored([f"{root}/**/*.jpg"], leave_out=f"{root}/out/annotated")
    assert "out/annotated/b.jpg" not in {each.name for each in by_pattern}
    asked_for = find_stored([f"{root}/out/annotated"], leave_out=f"{root}/out/annotated")
    assert [each.name for each in asked_for] == ["b.jpg", "deep/a.PNG.jpg"]


def test_results_among_the_pictures_by_way_of_a_link(tmp_path: Path) -> None:
    put(str(tmp_path / "real"), "a.jpg", "out/annotated/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = find_stored([str(tmp_path / "link")], leave_out=str(tmp_path / "real" / "out" / "annotated"))
    assert [each.name for each in found] == ["a.jpg"]


def test_no_annotated_picture_goes_over_another(root: str) -> None:
    put(root, "a.png", "a.png.jpg", "x.png", "x.png.jpg/y.jpg")
    pictures = find_stored([root])
    places = [each.annotated for each in pictures]
    assert len(set(places)) == len(places)
    assert not {str(folder) for place in places for folder in PurePosixPath(place).parents} & set(places)
    assert places == [each.annotated for each in find_stored([root])]


def test_a_name_that_is_no_text_reaches_the_worker(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"picture")
    (row,) = rows_of(in_shards(find_stored([str(tmp_path)]), 8))
    row["pictures"].encode("ascii")  # as Arrow takes it
    (carried,) = (StoredPicture(*each) for each in json.loads(row["pictures"]))
    assert carried.name == os.fsdecode(b"caf\xe9.jpg")
    assert read_picture(carried.address) == b"picture"


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
