"""The command line, the JSON document, and the pages that belong to it."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from probe.an_image import MATRIX, Image
from probe.catalogue import FAILURES
from tfod_runtime import probe as module
from tfod_runtime.probe import FINDINGS, PROOF, STAGES, main, parse_options
from tfod_runtime.version import VERSION

SOURCE = Path(module.__file__)
DOCS = Path(__file__).parents[4] / "docs"


def run(image: Image, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(image.root / "bin" / "python"), *command],
        env={**image.environment, **environment},
        capture_output=True,
        text=True,
    )


def test_the_module_prints_one_document_and_nothing_else(image: Image) -> None:
    arguments = ("--static", "--targets", "T4,sm_90", "--driver", "535.104", "--expect-tensorflow", "2.21.0")
    answer = run(image, "-m", "tfod_runtime.probe", *arguments, PYTHONPATH=str(SOURCE.parents[1]))
    assert answer.returncode == 0
    document = json.loads(answer.stdout)
    assert list(document) == ["schema", "probe", "python", "result", "checks", "facts"]
    assert (document["schema"], document["probe"]) == (1, VERSION)
    assert document["result"] == "incomplete"
    assert [check["id"] for check in document["checks"] if check["status"] == "fail"] == []
    check = next(check for check in document["checks"] if check["id"] == "image.cudnn-version")
    assert check.pop("seconds") >= 0
    assert check == {
        "id": "image.cudnn-version",
        "stage": "image",
        "owner": "image",
        "status": "pass",
        "found": f"9.3.0 in {image.folder_of('cudnn')}/libcudnn.so.9",
        "expected": "9.x from 9.3 upwards",
        "hint": "",
        "docs": "docs/gpu/findings.md#image-cudnn-version",
    }
    assert answer.stderr.splitlines() == ["image: TensorFlow", "image: CUDA libraries", "image: driver"]


def test_the_file_alone_will_do(image: Image, tmp_path: Path) -> None:
    alone = shutil.copyfile(SOURCE, tmp_path / "probe.py")
    document = json.loads(run(image, str(alone), "--static").stdout)
    assert (document["probe"], document["result"]) == ("alone", "incomplete")
    model = json.loads(run(image, str(alone), "--stage", "model", "--model", str(tmp_path)).stdout)
    skipped = {check["id"]: check["found"] for check in model["checks"] if check["status"] == "skip"}
    assert "the runtime, which reads models, is not installed" in skipped["model.files"]


def test_a_verdict_is_no_exit_code(image: Image) -> None:
    (image.folder_of("cudnn") / "libcudnn.so.9").unlink()
    answer = run(image, str(SOURCE), "--static")
    assert (answer.returncode, json.loads(answer.stdout)["result"]) == (0, "fail")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stage", "kernel"],
        ["--static", "--stage", "work"],
        ["--targets", "voodoo2"],
        ["--driver", "new"],
        ["--require-gpus", "0"],
        ["--timeout", "-1"],
        ["--timeout", "nan"],
        ["--matrix", "/nowhere/compat.json"],
        ["--matrix", __file__],
        ["--expect-tensorflow", "latest"],
        ["image"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    streams = capsys.readouterr()
    assert caught.value.code == 2
    assert streams.out == ""
    assert "error:" in streams.err


def test_options() -> None:
    options = parse_options(
        ["--stage", "work,image", "--targets", "RTX 4090,sm_75", "--require-gpus", "2", "--timeout", "9"],
        {"TFOD_MODEL": "/models/demo"},
    )
    assert options.stages == ("image", "work")
    assert options.targets == (("RTX 4090", (8, 9)), ("sm_75", (7, 5)))
    assert (options.require_gpus, options.timeout, options.model) == (2, 9.0, Path("/models/demo"))
    assert parse_options(["--static"], {}).stages == ("image",)
    assert parse_options([], {}).stages == STAGES
    assert parse_options([], {"TFOD_MODEL": ""}).model is None


def test_a_matrix_of_ones_own(image: Image, tmp_path: Path) -> None:
    written: dict[str, Any] = json.loads(MATRIX.read_text())
    release = next(one for one in written["releases"] if one["tf_minor"] == "2.21")
    release["known_bad_cudnn"].append({"versions": "==9.3.*", "why": "it was bad on our GPUs"})
    (tmp_path / "compat.json").write_text(json.dumps(written))
    options = parse_options(["--static", "--matrix", str(tmp_path / "compat.json")], {})
    report = image.probe(toolchains=options.toolchains)
    (failed,) = (check for check in report.checks if check.status == "fail")
    assert failed.id == "image.cudnn-known-bad"
    assert "it was bad on our GPUs" in failed.found


def test_a_tensorflow_that_no_matrix_knows(image: Image) -> None:
    """What the wheel says of itself is enough."""
    report = image.probe(toolchains={})
    assert [check.id for check in report.checks if check.status in ("fail", "warn")] == []


def test_one_stage_proves_nothing(image: Image) -> None:
    assert image.attach().probe(stages=("image",)).result == "incomplete"
    report = image.probe(stages=("framework", "work"))
    assert [check.id for check in report.checks] == ["framework.gpus", "framework.memory-growth", *PROOF[1:]]
    assert report.result == "pass"


def test_the_standard_library_alone() -> None:
    tree = ast.parse(SOURCE.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign == {"tfod_runtime.version"}


def test_every_finding_has_a_section() -> None:
    page = (DOCS / "gpu" / "findings.md").read_text()
    sections = re.findall(r'^### <a id="([\w-]+)"></a>(\S+)$', page, re.M)
    assert sections == [(id.replace(".", "-"), id) for id in FINDINGS]


def test_every_failure_is_on_the_page_of_measurements() -> None:
    page = (DOCS / "measurements" / "gpu-failures.md").read_text()
    rows = re.findall(r"^\| +\d+ \| (.+?) +\| `([\w.-]+)` +\| (\w+) +\| (\w+) +\|", page, re.M)
    wanted = [(one.name, one.id, one.owner, one.status) for one in FAILURES]
    assert [row for row in rows if row in wanted] == wanted


def test_the_catalogue_covers_what_can_fail() -> None:
    outside = {
        "model.files",
        "model.load",
        "model.device",
        "model.agreement",
        "model.latency",
        "image.cuda-build",
    }
    assert {one.id for one in FAILURES} == set(FINDINGS) - outside
