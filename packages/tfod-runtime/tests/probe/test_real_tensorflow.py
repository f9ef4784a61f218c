"""The real tensorflow-cpu: the wheel that must not be in a GPU image, and a model that runs."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from builders.a_model import describe_model, paper_model

from probe.an_image import TAG, Compiler, Image
from tfod_runtime.probe import (
    CONVOLUTIONS,
    Check,
    Options,
    Outcome,
    Report,
    Surroundings,
    judge_model,
    placements,
    probe,
    run_child,
)

PACKAGES = Path(str(importlib.metadata.distribution("tensorflow-cpu").locate_file(""))).resolve()
SOURCE = Path(__file__).parents[2] / "src"
DEMO = Path(__file__).parents[3] / "tfod" / "demo"
HERE = Surroundings({"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]})


def with_real_tensorflow(root: Path, compiler: Compiler) -> Image:
    """A GPU image in which a requirement brought tensorflow-cpu; all else in it is as it should be."""
    image = Image(root, compiler).build()
    shutil.rmtree(image.site / "tensorflow")
    shutil.rmtree(next(image.site.glob("tensorflow-*.dist-info")))
    for path in PACKAGES.iterdir():
        if not (image.site / path.name).exists() and not path.name.startswith("nvidia"):
            (image.site / path.name).symlink_to(path)
    # What ldconfig does in an image; the wheel without CUDA looks nowhere by itself.
    folders = sorted(str(path) for path in (image.site / "nvidia").glob("*/lib"))
    image.environment["LD_LIBRARY_PATH"] = ":".join(folders)
    return image


def failures(report: Report) -> list[tuple[str, str]]:
    return [(check.id, check.owner) for check in report.checks if check.status == "fail"]


def of(checks: Sequence[Check], id: str) -> Check:
    return next(check for check in checks if check.id == id)


WORK = """
import json, sys
import tensorflow as tf
from tfod_runtime import probe
tf.config.set_soft_device_placement(False)
answers = {name: getattr(probe, name)(tf, "CPU:0") for name in ("convolve", "convolve_fused", "compare")}
gpus = probe.start_devices(tf)
try:
    probe.convolve(tf, "GPU:0")
except Exception as error:
    answers["without a GPU"] = type(error).__name__
print(json.dumps([gpus, answers]))
"""


def cpu_wheel(root: Path, compiler: Compiler) -> Report:
    return with_real_tensorflow(root, compiler).probe(expect_tensorflow=(2, 20, 0))


def both_wheels(root: Path, compiler: Compiler) -> Report:
    image = with_real_tensorflow(root, compiler)
    image.describe("tensorflow", "2.21.0", f"{TAG}-{TAG}-manylinux_2_27_x86_64", [])
    return image.probe()


def cpu_wheel_at_a_gpu(root: Path, compiler: Compiler) -> Report:
    return with_real_tensorflow(root, compiler).attach().probe(stages=("framework", "work"))


def work_on_the_cpu(_root: Path, _compiler: Compiler) -> Any:
    command = [sys.executable, "-c", WORK]
    return json.loads(subprocess.check_output(command, env=dict(HERE.environment), stderr=subprocess.DEVNULL))


def demo_model(_root: Path, _compiler: Compiler) -> Outcome:
    return run_child("model", {"model": str(DEMO), "picture": None}, HERE, 120)


def unreadable_model(root: Path, _compiler: Compiler) -> Outcome:
    root.mkdir()
    return run_child("model", {"model": str(paper_model(root)), "picture": None}, HERE, 120)


Answers = Mapping[Callable[[Path, Compiler], Any], "Future[Any]"]


@pytest.fixture(scope="module")
def answers(compiler: Compiler, pool: Executor, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What takes long, for each imports TensorFlow in a process of its own."""
    folder = tmp_path_factory.mktemp("real")
    questions: tuple[Callable[[Path, Compiler], Any], ...] = (
        cpu_wheel,
        both_wheels,
        cpu_wheel_at_a_gpu,
        work_on_the_cpu,
        demo_model,
        unreadable_model,
    )
    return {ask: pool.submit(ask, folder / ask.__name__, compiler) for ask in questions}


def test_the_cpu_wheel_in_a_gpu_image(answers: Answers) -> None:
    report = answers[cpu_wheel].result()
    assert failures(report) == [("image.tensorflow-version", "image"), ("image.cuda-build", "image")]
    assert "tensorflow_cpu is built without CUDA" in of(report.checks, "image.cuda-build").found
    assert of(report.checks, "image.python").status == "pass"


def test_the_cpu_wheel_and_the_gpu_wheel(answers: Answers) -> None:
    report = answers[both_wheels].result()
    assert failures(report)[0] == ("image.tensorflow", "image")
    found = of(report.checks, "image.tensorflow").found
    assert "tensorflow 2.21.0" in found and "tensorflow_cpu" in found


def test_the_cpu_wheel_lists_no_gpu(answers: Answers) -> None:
    report = answers[cpu_wheel_at_a_gpu].result()
    assert failures(report) == [("framework.gpus", "image")]
    assert {check.status for check in report.checks[1:]} == {"skip"}


def test_the_work_is_what_the_formulas_say(answers: Answers) -> None:
    """On the CPU, since no GPU is here; and that it cannot be done there in the GPU's name."""
    gpus, computed = answers[work_on_the_cpu].result()
    assert gpus == []
    assert computed["convolve"]["values"] == [27.0]
    assert computed["convolve_fused"]["values"] == [0.0, 28.5]
    assert computed["compare"]["difference"] == 0
    assert computed["compare"]["scale"] > 0
    for name in ("convolve", "convolve_fused", "compare"):
        assert computed[name]["device"].endswith("device:CPU:0")
    assert computed["without a GPU"] == "InvalidArgumentError"


def test_a_model_runs_and_agrees_with_itself(answers: Answers) -> None:
    demo = answers[demo_model].result()
    assert demo.death is None
    assert set(placements(demo.said, CONVOLUTIONS)) == {"CPU:0"}
    assert placements(demo.said, CONVOLUTIONS)["CPU:0"] > 5
    checks = judge_model(demo, demo)
    assert of(checks, "model.load").status == "pass"
    assert of(checks, "model.agreement").status == "pass"
    assert "ms on the CPU" in of(checks, "model.latency").found
    device = of(checks, "model.device")
    assert (device.status, device.owner) == ("fail", "model")
    assert "on CPU:0; peak 0 MiB on the GPU" in device.found


def test_a_model_that_finds_something_else_on_the_gpu(answers: Answers) -> None:
    demo = answers[demo_model].result()
    moved = [{**one, "box": [side / 2 for side in one["box"]]} for one in demo.values["detect"]]
    gpu = Outcome({**demo.values, "detect": moved, "peak": 2**20}, {}, demo.seconds, None, None, 0, "")
    check = of(judge_model(gpu, demo), "model.agreement")
    assert (check.status, check.owner) == ("fail", "model")
    assert "on the GPU alone" in check.found


def test_a_model_that_tensorflow_cannot_read(answers: Answers) -> None:
    outcome = answers[unreadable_model].result()
    first, *others = judge_model(outcome, outcome)
    assert (first.id, first.status, first.owner) == ("model.load", "fail", "model")
    assert "MODEL_UNLOADABLE" in first.found
    assert {check.status for check in others} == {"skip"}


def spoil_weights(folder: Path) -> None:
    (folder / "saved_model" / "variables" / "variables.index").write_bytes(b"other")


def spoil_to_pointer(folder: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (folder / "saved_model" / "saved_model.pb").write_text(pointer)
    describe_model(folder)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (shutil.rmtree, "MODEL_MISSING"),
        (spoil_weights, "MODEL_DIGEST"),
        (spoil_to_pointer, "MODEL_LFS_POINTER"),
    ],
)
def test_model_files_that_are_not_what_they_should_be(tmp_path: Path, spoil: object, says: str) -> None:
    assert callable(spoil)
    folder = tmp_path / "model"
    folder.mkdir()
    spoil(paper_model(folder))
    options = Options(stages=("model",), model=folder)
    report = probe(options, HERE, lambda line: None)
    assert failures(report) == [("model.files", "model")]
    assert says in report.checks[0].found
    assert report.checks[0].hint
