"""No false alarms: an image that is whole, of every TensorFlow on offer, with and without a GPU."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.an_image import T4, Compiler, Image
from tfod_runtime.probe import FINDINGS, Report

MINORS = ("2.19", "2.20", "2.21")
AT_HAND = list(FINDINGS)[list(FINDINGS).index("image.device-nodes") : list(FINDINGS).index("framework.gpus")]


def complaints(report: Report) -> list[str]:
    return [f"{check.id}: {check.found}" for check in report.checks if check.status in ("fail", "warn")]


def skips(report: Report) -> set[str]:
    return {check.id for check in report.checks if check.status == "skip"}


@pytest.mark.parametrize("minor", MINORS)
def test_a_whole_image_without_a_gpu(compiler: Compiler, tmp_path: Path, minor: str) -> None:
    report = Image(tmp_path / "image", compiler, minor).build().probe()
    assert complaints(report) == []
    assert skips(report) == {"image.tensorflow-version", "image.targets", "image.driver-minimum", *AT_HAND}
    assert report.result == "incomplete"


@pytest.mark.parametrize("minor", MINORS)
def test_a_whole_image_with_a_gpu(compiler: Compiler, tmp_path: Path, minor: str) -> None:
    image = Image(tmp_path / "image", compiler, minor).build().attach()
    report = image.probe(
        expect_tensorflow=(2, int(minor[2:]), 0), targets=(("t4", (7, 5)),), driver=(535, 104)
    )
    assert complaints(report) == []
    assert skips(report) == {id for id in FINDINGS if id.startswith("model.")}
    assert report.result == "pass"


def test_two_gpus_and_what_was_seen(image: Image) -> None:
    report = image.attach(f"{T4};NVIDIA L4,8,9,24000000000").probe(require_gpus=2)
    assert complaints(report) == []
    assert report.result == "pass"
    facts = dict(report.facts)
    libraries = {one["soname"]: one for one in facts.pop("libraries")}
    assert facts == {
        "tensorflow": "2.21.0",
        "cudaBuilt": "12.5.1",
        "cudnnBuilt": "9",
        "computeCapabilities": ["sm_60", "sm_70", "sm_80", "sm_89", "compute_90"],
        "driver": "550.54.15",
        "gpus": [
            {"name": "Tesla T4", "computeCapability": "7.5", "memoryBytes": 16106127360},
            {"name": "NVIDIA L4", "computeCapability": "8.9", "memoryBytes": 24000000000},
        ],
    }
    assert libraries["libcudnn.so.9"]["version"] == "9.3.0"
    assert libraries["libcudnn.so.9"]["path"] == str(image.folder_of("cudnn") / "libcudnn.so.9")
    assert libraries["libcudart.so.12"]["version"] == "12.5"


def test_newer_libraries_than_tensorflow_was_built_with(image: Image) -> None:
    image.put("cudnn", (9, 24, 0))
    image.put("cudart", (12, 9))
    image.put("nccl", (2, 32, 3))
    image.ptxas((12, 9, 86))
    assert complaints(image.probe()) == []


def test_libraries_that_the_loader_knows_by_ldconfig_alone(image: Image) -> None:
    """As in an image with CUDA from its own packages; LD_LIBRARY_PATH stands in for the loader's cache."""
    lone = image.root / "usr" / "local" / "cuda"
    lone.mkdir(parents=True)
    for library in (image.site / "nvidia").glob("*/lib/*.so*"):
        library.rename(lone / library.name)
    image.environment["LD_LIBRARY_PATH"] = str(lone)
    assert complaints(image.probe()) == []


def test_cdi_says_void_and_brings_the_devices_all_the_same(image: Image) -> None:
    image.attach().environment["NVIDIA_VISIBLE_DEVICES"] = "void"
    assert complaints(image.probe()) == []


def test_forward_compatibility_that_works_is_no_failure(image: Image) -> None:
    image.attach()
    (image.host / "proc" / "driver" / "nvidia" / "version").write_text("Kernel Module  535.104.05  Sat\n")
    report = image.probe()
    assert complaints(report) == [
        "image.driver-match: kernel module 535.104.05, libcuda 550.54.15; they work together"
    ]
    assert report.result == "pass"


def test_wsl_has_one_node_for_all_gpus(image: Image) -> None:
    image.attach()
    for node in (image.host / "dev").iterdir():
        node.unlink()
    (image.host / "dev" / "dxg").touch()
    assert complaints(image.probe()) == []


def test_nvml_that_fails_alone_is_no_failure(image: Image) -> None:
    image.attach().environment["STUB_NVML"] = "4"
    report = image.probe()
    assert complaints(report) == ["image.nvml: nvmlInit gives 4 NVML_ERROR_NO_PERMISSION"]
    assert report.result == "pass"


def test_the_gpu_of_another_container_may_be_closed(image: Image) -> None:
    image.attach()
    node = image.host / "dev" / "nvidia1"
    node.symlink_to(node)
    assert complaints(image.probe()) == []


def test_nvml_is_not_needed(image: Image) -> None:
    image.attach()
    (image.host / "driver" / "libnvidia-ml.so.1").unlink()
    report = image.probe()
    assert complaints(report) == []
    assert report.result == "pass"
