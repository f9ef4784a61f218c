from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from probe.an_image import MATRIX, Compiler
from tfod_runtime import probe
from tfod_runtime.probe import (
    CONVOLUTIONS,
    CUDA_ERRORS,
    DRIVER_MINIMUMS,
    GENERATIONS,
    PRODUCTS,
    TOOLCHAINS,
    VERSION_CODES,
    Found,
    Kernels,
    Surroundings,
    blame,
    is_injected,
    kernels_for,
    library_version,
    module_version,
    overlap,
    parse_capability,
    parse_matrix,
    parse_version,
    placements,
    ptxas_candidates,
    read_runpath,
    run_child,
    serves,
    tell_cause,
    unmatched,
)

WHEEL = ("sm_60", "sm_70", "sm_80", "sm_89", "compute_90")


@pytest.mark.parametrize(
    ("loaded", "built", "answer"),
    [
        ((9, 3, 0), (9, 3), True),
        ((9, 24, 0), (9, 3), True),
        ((9, 2, 9), (9, 3), False),
        ((10, 3), (9, 3), False),
        ((8, 9), (9, 3), False),
        ((12, 5, 0), (12, 5, 82), True),
    ],
)
def test_the_rule_for_libraries(loaded: tuple[int, ...], built: tuple[int, ...], answer: bool) -> None:
    assert serves(loaded, built) is answer


@pytest.mark.parametrize(
    ("name", "code", "version"),
    [
        ("cudart", 12090, (12, 9)),
        ("cudart", 11080, (11, 8)),
        ("cudnn", 92400, (9, 24, 0)),
        ("cudnn", 90501, (9, 5, 1)),
        ("cudnn", 8907, (8, 9, 7)),
        ("nccl", 23203, (2, 32, 3)),
        ("nccl", 2708, (2, 7, 8)),
    ],
)
def test_versions_in_one_number(name: str, code: int, version: tuple[int, ...]) -> None:
    assert VERSION_CODES[name](code) == version


@pytest.mark.parametrize(
    ("gpu", "kernels"),
    [
        ("k80", "none"),
        ("m60", "none"),
        ("p100", "binary"),
        ("gtx-1080", "binary"),
        ("v100", "binary"),
        ("t4", "binary"),
        ("a100", "binary"),
        ("a10g", "binary"),
        ("l4", "binary"),
        ("rtx-4090", "binary"),
        ("h100", "ptx"),
        ("b200", "older-ptx"),
        ("rtx-5090", "older-ptx"),
    ],
)
def test_which_gpus_the_wheel_serves(gpu: str, kernels: Kernels) -> None:
    assert kernels_for(GENERATIONS[gpu], WHEEL) == kernels


def test_machine_code_serves_later_minors_alone() -> None:
    assert kernels_for((8, 0), ("sm_89",)) == "none"
    assert kernels_for((8, 9), ("sm_80",)) == "binary"
    assert kernels_for((9, 0), ("sm_89",)) == "none"
    assert kernels_for((8, 0), ("compute_89",)) == "none"
    assert kernels_for((8, 9), ("sm_86", "compute_80")) == "binary"


@pytest.mark.parametrize(
    ("text", "capability"),
    [
        ("sm_75", (7, 5)),
        ("compute_90", (9, 0)),
        ("sm_120", (12, 0)),
        ("sm_90a", (9, 0)),
        ("8.9", (8, 9)),
        ("12.0", (12, 0)),
        ("t4", ()),
        ("sm_7", ()),
    ],
)
def test_capabilities(text: str, capability: tuple[int, ...]) -> None:
    assert parse_capability(text) == capability


def test_what_is_built_in_is_what_the_plugin_knows() -> None:
    matrix = parse_matrix(MATRIX.read_text())
    assert {minor: matrix[minor] for minor in TOOLCHAINS} == TOOLCHAINS
    assert {toolchain.driver for toolchain in TOOLCHAINS.values()} == {DRIVER_MINIMUMS[12]}


@pytest.mark.parametrize(
    ("said", "owner", "hint"),
    [
        (
            "failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)",
            "engine",
            "GPU",
        ),
        ("Failed call to cuInit: UNKNOWN ERROR (100)", "engine", "--gpus"),
        ("CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected", "engine", "--gpus"),
        (
            "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE: forward compatibility was attempted",
            "image",
            "cuda-compat",
        ),
        ("Could not find cuda drivers on your machine, GPU will not be used.", "engine", "libcuda"),
        (
            "CUDA Runtime error: Failed call to cudaGetRuntimeVersion: Error loading CUDA libraries.",
            "image",
            "image.libraries",
        ),
        ("Can't find libdevice directory ${CUDA_DIR}/nvvm/libdevice.", "image", "XLA_FLAGS"),
        ("Couldn't get ptxas version string: INTERNAL: Couldn't invoke ptxas --version", "image", "nvcc"),
        (
            "with Cuda multiprocessor count: 4. The minimum required count is 8. You can adjust this "
            "requirement with the env var TF_MIN_GPU_MULTIPROCESSOR_COUNT.",
            "framework",
            "too small",
        ),
        (
            "kernel version 535.54.3 does not match DSO version 550.54.15 -- cannot find working",
            "host",
            "reboot",
        ),
        ("Failed to initialize NVML: Driver/library version mismatch".lower(), "host", "reboot"),
        ("CUDA driver version is insufficient for CUDA runtime version", "host", "driver"),
        ("AttributeError: '_UserObject' object has no attribute 'add_slot'", "model", "optimizer"),
        ("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1.0", "image", "numpy<2"),
        ("TypeError: Descriptors cannot be created directly.", "image", "protobuf"),
        ("FileNotFoundError: No usable temporary directory found in ['/tmp']", "engine", "--tmpfs"),
        ("the provided PTX was compiled with an unsupported toolchain.", "host", "driver"),
    ],
)
def test_messages_and_what_they_mean(said: str, owner: str, hint: str) -> None:
    cause = tell_cause(said)
    assert cause is not None
    assert cause.owner == owner
    assert hint in cause.hint


@pytest.mark.parametrize(
    "said",
    [
        "Unable to register cuDNN factory: Attempting to register factory for plugin cuDNN when one has "
        "already been registered",
        "successful NUMA node read from SysFS had negative value (-1), but there must be at least one",
        "TF-TRT Warning: Could not find TensorRT",
        "oneDNN custom operations are on. You may see slightly different numerical results",
        "Created device /job:localhost/replica:0/task:0/device:GPU:0 with 13764 MB memory:  -> device: 0",
        "Loaded cuDNN version 92400",
        "",
    ],
)
def test_messages_that_mean_nothing(said: str) -> None:
    assert tell_cause(said) is None


def test_every_code_of_the_driver_has_a_next_step() -> None:
    for name, cause in CUDA_ERRORS.values():
        assert name.startswith("CUDA_ERROR_")
        assert len(cause.hint) > 20


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15", True),
        ("/usr/local/nvidia/lib64/libcuda.so.550.54.15", True),
        ("/usr/lib/x86_64-linux-gnu/libcuda.so.535.1", False),
    ],
)
def test_what_the_engine_mounted(path: str, answer: bool) -> None:
    mounts = """
1 0 0:50 / / rw,relatime - overlay overlay rw
2 1 8:1 /usr/lib/libcuda.so.550.54.15 /usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15 ro - ext4 /dev/sda1 ro
3 1 8:1 /home/kubernetes/bin/nvidia /usr/local/nvidia ro - ext4 /dev/sda1 ro
"""
    assert is_injected(path, mounts) is answer


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023",
            "535.104.05",
        ),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build", "550.54.15"),
        ("", ""),
    ],
)
def test_the_version_of_the_kernel_module(tmp_path: Path, text: str, version: str) -> None:
    (tmp_path / "driver" / "nvidia").mkdir(parents=True)
    (tmp_path / "driver" / "nvidia" / "version").write_text(text)
    assert module_version(tmp_path) == version


def test_the_version_in_a_name() -> None:
    assert library_version("/usr/lib64/libcuda.so.535.104.05") == "535.104.05"
    assert library_version("/usr/lib64/libcuda.so.1") == ""
    assert library_version(None) == ""


@pytest.mark.parametrize("tags", ["--enable-new-dtags", "--disable-new-dtags"])
def test_where_a_library_looks_for_others(compiler: Compiler, tags: str) -> None:
    library = compiler.library(
        "cuda_library.c", "libx.so.1", f"-Wl,{tags},-rpath,$ORIGIN/../lib:/opt/cuda/lib64"
    )
    assert read_runpath(library) == [f"{library.parent}/../lib", "/opt/cuda/lib64"]


def test_sections_are_not_needed_for_that(compiler: Compiler, tmp_path: Path) -> None:
    """The images' own step that makes libraries small cuts the section table off."""
    library = compiler.library("cuda_library.c", "libx.so.1", "-Wl,-rpath,/opt/cuda/lib64")
    cut = tmp_path / "libx.so.1"
    data = bytearray(library.read_bytes())
    data[40:48], data[60:64] = bytes(8), bytes(4)
    cut.write_bytes(data)
    assert read_runpath(cut) == ["/opt/cuda/lib64"]


def test_a_library_that_looks_nowhere_else(compiler: Compiler) -> None:
    assert read_runpath(compiler.library("cuda_library.c", "libx.so.1")) == []


def test_where_xla_looks_for_ptxas() -> None:
    environment = {"PATH": "/a:/b", "XLA_FLAGS": "--xla_dump_to=/tmp --xla_gpu_cuda_data_dir=/opt/cuda"}
    assert ptxas_candidates(environment) == ["/opt/cuda/bin/ptxas", "/a/ptxas", "/b/ptxas"]
    assert ptxas_candidates({"XLA_FLAGS": "'unbalanced"}) == []


def test_empty_entries_of_the_library_path_count() -> None:
    assert Surroundings({"LD_LIBRARY_PATH": "/a::/b:"}).library_path == ["/a", "", "/b", ""]
    assert Surroundings({"LD_LIBRARY_PATH": ""}).library_path == []


def test_versions() -> None:
    assert parse_version("9.3.0.75") == (9, 3, 0, 75)
    assert parse_version("12.5.1rc1") == (12, 5, 1)
    assert parse_version("none") == ()


def box(*sides: float, class_id: int = 1, score: float = 0.9) -> Found:
    ymin, xmin, ymax, xmax = sides
    return Found(class_id, score, (ymin, xmin, ymax, xmax))


def test_the_overlap_of_boxes() -> None:
    assert overlap(box(0, 0, 1, 1), box(0, 0, 1, 1)) == 1
    assert overlap(box(0, 0, 0.5, 1), box(0.5, 0, 1, 1)) == 0
    assert overlap(box(0, 0, 0.5, 1), box(0, 0, 1, 1)) == 0.5
    assert overlap(box(0.2, 0.2, 0.2, 0.2), box(0.2, 0.2, 0.2, 0.2)) == 0


def test_detections_without_a_counterpart() -> None:
    one = box(0.1, 0.1, 0.5, 0.5)
    assert unmatched([one], [box(0.101, 0.1, 0.5, 0.501, score=0.92)]) == []
    assert unmatched([one], []) == [one]
    assert unmatched([one], [box(0.3, 0.1, 0.7, 0.5)]) == [one]
    assert unmatched([one], [box(0.1, 0.1, 0.5, 0.5, class_id=2)]) == [one]
    assert unmatched([one], [box(0.1, 0.1, 0.5, 0.5, score=0.6)]) == [one]
    assert unmatched([box(0.1, 0.1, 0.5, 0.5, score=0.4)], []) == []


def test_what_tensorflow_tells_of_placement() -> None:
    said = """
I0000 00:00:1795370971 3642 placer.cc:162] conv1/Conv2D: (Conv2D): /job:localhost/replica:0/device:GPU:0
conv1/Conv2D: (Conv2D): /job:localhost/replica:0/task:0/device:GPU:0
conv2/Conv2D: (Conv2D): /job:localhost/replica:0/task:0/device:GPU:0
nms/NonMaxSuppressionV5: (NonMaxSuppressionV5): /job:localhost/replica:0/task:0/device:CPU:0
head/MatMul: (MatMul): /job:localhost/replica:0/task:0/device:CPU:0
"""
    assert placements(said, CONVOLUTIONS) == {"GPU:0": 2}
    assert placements(said, PRODUCTS) == {"CPU:0": 1}


@pytest.mark.skipif(sys.platform != "linux", reason="the processes of /proc")
def test_a_child_that_hangs_leaves_nothing_behind(tmp_path: Path) -> None:
    mark = f"600.{tmp_path.name.encode().hex()[:8]}"
    hanging = tmp_path / "python"
    hanging.write_text(f"#!/bin/sh\nsleep {mark} &\nsleep {mark}\n")
    hanging.chmod(0o755)
    outcome = run_child("files", None, Surroundings({"PATH": "/usr/bin:/bin"}, python=str(hanging)), 0.5)
    assert outcome.death == "no answer within 0.5 s"
    assert (
        mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")
def test_a_child_that_nothing_kills_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that sleeps in a driver; here the signal is kept from it."""
    sleeping = tmp_path / "python"
    sleeping.write_text("#!/bin/sh\nexec sleep 600\n")
    sleeping.chmod(0o755)
    left: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda group, _signal: left.append(group))
    monkeypatch.setattr(probe, "_SECONDS_TO_DIE", 0.1)
    try:
        outcome = run_child(
            "driver", None, Surroundings({"PATH": "/usr/bin:/bin"}, python=str(sleeping)), 0.1
        )
    finally:
        for process in left:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    assert outcome.death == "no answer within 0.1 s, nor an end after SIGKILL"
    check = blame("image.cuda-init", outcome, "init")
    assert (check.status, check.owner) == ("fail", "host")
    assert "reboot" in check.hint
