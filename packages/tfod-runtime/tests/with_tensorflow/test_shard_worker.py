from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.a_picture import RED, file_bytes, scene

from tfod_runtime.cli import main
from tfod_runtime.cluster.pictures import find_stored, in_shards
from tfod_runtime.cluster.shard_worker import ShardJob, ShardWorker, rows_of
from tfod_runtime.detections import Limits
from tfod_runtime.selection import keep_all


def test_a_worker_writes_the_part_of_its_shard(colours: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "a.png").write_bytes(file_bytes(scene(64, 48, (RED, (16, 8, 32, 32)))))
    (pictures / "a.png.jpg").write_bytes(file_bytes(scene(64, 48, (RED, (16, 8, 32, 32)))))
    (pictures / "bad.jpg").write_bytes(b"text")
    job = ShardJob(colours, None, Limits(), keep_all, str(tmp_path / "out"), annotate=True)
    (row,) = rows_of(in_shards(find_stored([str(pictures)]), 8))
    batch = {name: [value] for name, value in row.items()}
    assert ShardWorker(job)(batch) == {"shard": [0], "pictures": [3], "failed": [1]}
    good, other, bad = map(json.loads, (tmp_path / "out" / "parts" / "00000.jsonl").read_text().splitlines())
    assert (good["file_name"], good["detections"][0]["bbox"]) == ("a.png", [16, 8, 32, 32])
    assert (tmp_path / "out" / good["annotated"]).is_file()
    assert good["annotated"] != other["annotated"]
    assert (bad["image_id"], bad["failure"]["code"]) == (3, "PICTURE_UNKNOWN")


def test_without_ray_the_next_step_is_named(
    colours: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    assert main(["ray", "pictures", "--output", "out", "--model", str(colours)]) == 2
    assert "RAY_MISSING" in capsys.readouterr().err
