import json
from pathlib import Path

import pytest

from demo_model.cli import main
from demo_model.export import export, model_card, tree_digest
from demo_model.trainable import LearningNetwork


def test_an_export_replaces_the_model_and_leaves_the_samples(tmp_path: Path) -> None:
    for old in ("saved_model/variables/old", "samples/a.jpg", "model.json"):
        (tmp_path / old).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / old).write_text("old")
    export(LearningNetwork(1).folded(), tmp_path)
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert files == [
        "labels.pbtxt",
        "model.json",
        "samples/a.jpg",
        "saved_model/saved_model.pb",
        "saved_model/variables/variables.data-00000-of-00001",
        "saved_model/variables/variables.index",
    ]
    assert json.loads((tmp_path / "model.json").read_text()) == model_card(tmp_path / "saved_model")


def test_the_digest_of_a_tree_follows_its_formula(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two").write_text("2")
    (tmp_path / "a").write_text("1")
    # printf '1' | sha256sum, printf '2' | sha256sum, then sha256sum of the two lines "<digest>  <path>".
    expected = "sha256:502232e28733f9d8dd3c03ca42993dd6f1ce99f72ee1409ebbff945880690130"
    assert tree_digest(tmp_path) == expected


def test_pictures_are_written_with_their_annotations(tmp_path: Path) -> None:
    main(["pictures", str(tmp_path), "--split", "SAMPLE", "--count", "2"])
    truth = json.loads((tmp_path / "annotations.json").read_text())
    assert [image["file_name"] for image in truth["images"]] == ["000000.jpg", "000001.jpg"]
    assert sorted(path.name for path in tmp_path.glob("*.jpg")) == ["000000.jpg", "000001.jpg"]
    assert {row["image_id"] for row in truth["annotations"]} == {1, 2}


@pytest.mark.parametrize("arguments", [[], ["draw"], ["evaluate", "--count", "many"]])
def test_a_wrong_command_line_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
