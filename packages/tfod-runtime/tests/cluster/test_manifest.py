from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tfod_runtime.cluster.manifest import Manifest, digest_of
from tfod_runtime.cluster.pictures import StoredPicture
from tfod_runtime.cluster.storage import Storage
from tfod_runtime.errors import OutputProblem

FOUND = {"category_id": 1, "label": "red", "score": 0.9, "bbox": [0, 0, 1, 1]}


def line(number: int, **more: Any) -> dict[str, Any]:
    name = {"image_id": number, "file_name": f"{number}.png"}
    return {**name, "width": 2, "height": 2, "detections": [FOUND], **more}


@pytest.fixture(params=["local", "store"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(str(tmp_path) if request.param == "local" else f"memory://bucket/{tmp_path.name}")


def test_parts_become_one_result_in_the_order_of_the_pictures(storage: Storage) -> None:
    manifest = Manifest(storage)
    manifest.begin({"model": "a"})
    assert manifest.done() == set()
    manifest.write_part(
        1, [line(3), {"image_id": 4, "file_name": "4.png", "failure": {"code": "C", "reason": "r"}}]
    )
    assert manifest.done() == {1}
    manifest.write_part(0, [line(1), line(2)])
    tally = manifest.finish(2)
    assert (tally.pictures, tally.detections, [each.code for each in tally.failures]) == (4, 3, ["C"])
    written = (storage.read("detections.jsonl") or b"").splitlines()
    assert [json.loads(text)["image_id"] for text in written] == [1, 2, 3]
    results = json.loads(storage.read("detections.json") or b"")
    assert [result["image_id"] for result in results] == [1, 2, 3]


def test_a_shard_that_is_looked_at_twice_counts_once(storage: Storage) -> None:
    manifest = Manifest(storage)
    for _ in range(2):
        manifest.write_part(0, [line(1)])
    assert manifest.finish(1).pictures == 1


def test_no_pictures_found_anything(storage: Storage) -> None:
    manifest = Manifest(storage)
    manifest.write_part(0, [line(1, detections=[])])
    manifest.finish(1)
    assert json.loads(storage.read("detections.json") or b"") == []


def test_a_run_goes_on_only_as_the_same(storage: Storage) -> None:
    manifest = Manifest(storage)
    manifest.begin({"model": "a", "minScore": 0.5})
    manifest.begin({"model": "a", "minScore": 0.5})
    with pytest.raises(OutputProblem) as caught:
        manifest.begin({"model": "b", "minScore": 0.5, "annotate": True})
    assert caught.value.code == "OUTPUT_OF_ANOTHER_RUN"
    assert caught.value.facts["found"] == "another annotate, model"


def test_what_is_half_written_is_not_there(storage: Storage) -> None:
    with pytest.raises(ZeroDivisionError), storage.stream("parts/00000.jsonl") as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert Manifest(storage).done() == set()
    assert storage.names("parts") == []


def test_what_is_half_written_leaves_what_was_there(storage: Storage) -> None:
    storage.write("detections.json", b"[]")
    with pytest.raises(ZeroDivisionError), storage.stream("detections.json") as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert storage.read("detections.json") == b"[]"


def test_the_longest_name(storage: Storage) -> None:
    name = f"annotated/{'a' * 251}.jpg"
    storage.write(name, b"jpeg")
    assert storage.read(name) == b"jpeg"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputProblem):
        Storage(str(tmp_path / "file")).write("a", b"")


def test_the_digest_is_of_names_and_addresses() -> None:
    one, other = (StoredPicture(1, "a", f"/{folder}/a", "annotated/a.jpg") for folder in "xy")
    assert digest_of([one]) == digest_of([one]) != digest_of([other])


def test_the_digest_of_a_name_that_is_no_text() -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    picture = StoredPicture(1, name, f"file:///x/{name}", f"annotated/{name}")
    assert digest_of([picture]) != digest_of([])
