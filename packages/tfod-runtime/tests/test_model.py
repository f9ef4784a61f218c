from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from builders.a_model import describe_model, paper_model

from tfod_runtime.errors import ModelProblem, SeveralProblems
from tfod_runtime.model import open_model, tree_digest


def rewrite(folder: Path, **changes: Any) -> None:
    path = folder / "model.json"
    description = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({key: value for key, value in description.items() if value is not None}))


def code_of(folder: Path) -> str:
    with pytest.raises(ModelProblem) as caught:
        open_model(folder)
    return caught.value.code


def test_a_model_that_is_in_order(tmp_path: Path) -> None:
    model = open_model(paper_model(tmp_path))
    assert (model.name, model.digest) == ("colours", tree_digest(tmp_path / "saved_model"))
    assert model.labels.name(2) == "green"
    assert model.samples == tmp_path / "samples"


def test_the_digest_is_that_of_the_documented_text(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    (tmp_path / "b").write_bytes(b"two")
    (tmp_path / "a.pb").write_bytes(b"one")
    (tmp_path / "variables" / "é").write_bytes(b"three")
    (tmp_path / "link").symlink_to("b")
    (tmp_path / "empty").mkdir()
    text = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in (("a.pb", b"one"), ("b", b"two"), ("variables/é", b"three"))
    )
    assert tree_digest(tmp_path) == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    assert tree_digest(tmp_path) == "sha256:99f90acae3a3504620b4687961c794316e969ce4e2b544f0d899edd5ce86b95c"


def test_times_and_modes_are_not_in_the_digest(tmp_path: Path) -> None:
    before = tree_digest(paper_model(tmp_path) / "saved_model")
    os.utime(tmp_path / "saved_model" / "saved_model.pb", (1, 1))
    (tmp_path / "saved_model" / "saved_model.pb").chmod(0o600)
    assert tree_digest(tmp_path / "saved_model") == before


def test_a_digest_may_be_left_out(tmp_path: Path) -> None:
    rewrite(paper_model(tmp_path), digest=None)
    assert open_model(tmp_path).digest.startswith("sha256:")


def test_no_folder(tmp_path: Path) -> None:
    assert code_of(tmp_path / "gone") == "MODEL_MISSING"


def test_no_saved_model_pb(tmp_path: Path) -> None:
    (paper_model(tmp_path) / "saved_model" / "saved_model.pb").unlink()
    with pytest.raises(ModelProblem) as caught:
        open_model(tmp_path)
    assert caught.value.code == "SAVED_MODEL_MISSING"
    assert caught.value.facts["found"] == "variables"


def test_no_saved_model_folder(tmp_path: Path) -> None:
    shutil.rmtree(paper_model(tmp_path) / "saved_model")
    assert code_of(tmp_path) == "SAVED_MODEL_MISSING"


def test_a_git_lfs_pointer_instead_of_weights(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    (paper_model(tmp_path) / "saved_model" / "variables" / "variables.index").write_bytes(pointer)
    with pytest.raises(ModelProblem) as caught:
        open_model(tmp_path)
    assert caught.value.code == "MODEL_LFS_POINTER"
    assert caught.value.facts == {
        "where": str(tmp_path / "saved_model"),
        "found": "variables/variables.index",
        "remedy": "git lfs pull",
    }


def test_one_changed_byte(tmp_path: Path) -> None:
    (paper_model(tmp_path) / "saved_model" / "saved_model.pb").write_bytes(b"grapH")
    assert code_of(tmp_path) == "MODEL_DIGEST"


@pytest.mark.parametrize("digest", ["sha256:abc", "md5:" + "0" * 64, 5, "sha256:" + "A" * 64])
def test_a_malformed_digest(tmp_path: Path, digest: object) -> None:
    rewrite(paper_model(tmp_path), digest=digest)
    assert code_of(tmp_path) == "MODEL_JSON_INVALID"


@pytest.mark.parametrize("text", ["", "{", "[]", '"colours"', "{}", '{"name": ""}', '{"name": 5}'])
def test_a_description_that_says_nothing(tmp_path: Path, text: str) -> None:
    (paper_model(tmp_path) / "model.json").write_text(text)
    assert code_of(tmp_path) == "MODEL_JSON_INVALID"


def test_everything_that_is_wrong_at_once(tmp_path: Path) -> None:
    describe_model(paper_model(tmp_path))
    (tmp_path / "model.json").unlink()
    (tmp_path / "saved_model" / "saved_model.pb").unlink()
    (tmp_path / "labels.pbtxt").write_text("item { id: 1 }\nitem { id: 1 }\nitem { }\n")
    with pytest.raises(SeveralProblems) as caught:
        open_model(tmp_path)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["MODEL_JSON_MISSING", "LABELS_INVALID", "LABELS_INVALID", "SAVED_MODEL_MISSING"]


def test_no_label_map(tmp_path: Path) -> None:
    (paper_model(tmp_path) / "labels.pbtxt").unlink()
    assert code_of(tmp_path) == "LABELS_MISSING"
