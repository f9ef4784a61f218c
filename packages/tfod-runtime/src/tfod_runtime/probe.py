"""Proves, inside a container, that TensorFlow computes on its GPUs, or names the one thing that stops it.

    python -m tfod_runtime.probe             on the GPUs at hand
    python -m tfod_runtime.probe --static    all that needs no GPU: for CI
    python probe.py --static                 this file alone will do, in any image that has Python

One JSON document on stdout, progress on stderr, exit code 0 whatever the verdict is; 2 for a wrong command
line.

The parent process looks and judges with the standard library alone. What may crash or hang (a CUDA library,
the driver, TensorFlow, the model) runs in a child process: this file again, whose death is a finding like any
other.

The sections below: findings · CUDA as it is known · options · children seen from the parent · the image · the
machine · framework and work · the model · the whole · what children do · the command line.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib
import importlib.util
import json
import math
import mmap
import os
import platform
import re
import shlex
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TextIO, TypeAlias, TypeVar, get_args

# Every child reads this file again, so what only one of them needs is imported there.

try:
    from tfod_runtime.version import VERSION
except ImportError:  # the file was copied into an image that has no runtime
    VERSION = "alone"

# ------------------------------------------------------------------------------------------------- findings

Stage = Literal["image", "framework", "work", "model"]
Owner = Literal["host", "engine", "image", "framework", "model"]
Status = Literal["pass", "fail", "warn", "skip"]
Version: TypeAlias = "tuple[int, ...]"

STAGES: tuple[Stage, ...] = get_args(Stage)

FINDINGS: Mapping[str, Owner] = {
    "image.python": "image",
    "image.tensorflow": "image",
    "image.tensorflow-version": "image",
    "image.tensorflow-import": "image",
    "image.cuda-build": "image",
    "image.library-path": "image",
    "image.libraries": "image",
    "image.cudart-version": "image",
    "image.cublas-version": "image",
    "image.cufft-version": "image",
    "image.cusolver-version": "image",
    "image.cusparse-version": "image",
    "image.cudnn-version": "image",
    "image.nccl-version": "image",
    "image.nvrtc-version": "image",
    "image.nvjitlink-version": "image",
    "image.cudnn-parts": "image",
    "image.cudnn-known-bad": "image",
    "image.ptxas": "image",
    "image.libdevice": "image",
    "image.visible-devices": "image",
    "image.driver-capabilities": "image",
    "image.cuda-visible-devices": "image",
    "image.driver-baked": "image",
    "image.targets": "image",
    "image.driver-minimum": "host",
    "image.device-nodes": "engine",
    "image.libcuda": "engine",
    "image.driver-version": "host",
    "image.driver-match": "host",
    "image.nvml": "host",
    "image.cuda-init": "host",
    "image.gpus": "engine",
    "image.compute-capability": "image",
    "image.cuda-context": "host",
    "framework.gpus": "framework",
    "framework.memory-growth": "framework",
    "work.convolution": "framework",
    "work.fused-convolution": "framework",
    "work.cpu-agreement": "framework",
    "work.memory": "framework",
    "model.files": "model",
    "model.load": "model",
    "model.device": "model",
    "model.agreement": "model",
    "model.latency": "model",
}
"""Every check by its id, causes before their consequences, and who usually mends it.

A check may name another owner when it knows better: `image.cuda-init` fails for as many reasons as the driver
has error codes. Each id has a section in docs/gpu/findings.md.
"""

PROOF = (
    "framework.gpus",
    "work.convolution",
    "work.fused-convolution",
    "work.cpu-agreement",
    "work.memory",
)
"""What must have been seen before the answer is yes."""

MODEL_PROOF = ("model.files", "model.load", "model.device", "model.agreement")
"""What must have been seen besides, when a model was named."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check's outcome.

    Attributes:
        id: A key of `FINDINGS`.
        status: `skip` says in `found` why nobody looked.
        owner: Whose the cause is.
        found: What was seen; the last lines of a process that died.
        expected: What would have been right.
        hint: The next step.
        seconds: How long it took, where that is worth knowing.
    """

    id: str
    status: Status
    owner: Owner
    found: str = ""
    expected: str = ""
    hint: str = ""
    seconds: float = 0.0

    def document(self) -> dict[str, Any]:
        """The check as it stands in the JSON document."""
        return {
            **asdict(self),
            "stage": self.id.partition(".")[0],
            "docs": f"docs/gpu/findings.md#{self.id.replace('.', '-')}",
            "seconds": round(self.seconds, 3),
        }


def passed(id: str, found: str, expected: str = "", seconds: float = 0.0) -> Check:
    """A check that saw what it wanted to see."""
    return Check(id, "pass", FINDINGS[id], found, expected, seconds=seconds)


def failed(id: str, found: str, expected: str = "", hint: str = "", owner: Owner | None = None) -> Check:
    """A check that saw what stops the GPU from computing."""
    return Check(id, "fail", owner or FINDINGS[id], found, expected, hint)


def warned(id: str, found: str, expected: str = "", hint: str = "", owner: Owner | None = None) -> Check:
    """A check that saw what may stop it under other circumstances, or makes it slow."""
    return Check(id, "warn", owner or FINDINGS[id], found, expected, hint)


def skipped(id: str, reason: str) -> Check:
    """A check that could not, or was not asked to, look."""
    return Check(id, "skip", FINDINGS[id], reason)


# ------------------------------------------------------------------------------------- CUDA as it is known


@dataclass(frozen=True, slots=True)
class Toolchain:
    """What a minor version of TensorFlow was built with.

    Attributes:
        cuda: Major and minor.
        cudnn: Major and minor.
        driver: The oldest driver for Linux that serves this CUDA.
        capabilities: The GPU generations with kernels in the wheel.
        bad_cudnn: Versions of cuDNN that load and then fail, each with the reason.
    """

    cuda: Version
    cudnn: Version
    driver: Version
    capabilities: tuple[str, ...]
    bad_cudnn: tuple[tuple[Version, str], ...] = ()


_KERNELS = ("sm_60", "sm_70", "sm_80", "sm_89", "compute_90")
_FUSED = (
    "XLA fails on every fused convolution with bias and activation, on every GPU "
    "(aws/deep-learning-containers#6418)"
)

TOOLCHAINS: Mapping[str, Toolchain] = {
    "2.19": Toolchain((12, 5), (9, 3), (525, 60, 13), _KERNELS),
    "2.20": Toolchain((12, 5), (9, 3), (525, 60, 13), _KERNELS),
    "2.21": Toolchain((12, 5), (9, 3), (525, 60, 13), _KERNELS, (((9, 5), _FUSED),)),
}
"""By TensorFlow minor; from packages/tfod/data/compat.json, and a test holds the two together."""

DRIVER_MINIMUMS: Mapping[int, Version] = {11: (450, 80, 2), 12: (525, 60, 13), 13: (580,)}
"""The oldest driver for Linux by CUDA major: docs.nvidia.com/deploy/cuda-compatibility."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library that TensorFlow opens by name, and how it tells its version.

    Attributes:
        name: As in `image.<name>-version`.
        stem: The name of the file without its version: `libcudnn`.
        package: The wheel that carries it, without the `-cu12`.
        ask: `returned`, `written` (through a pointer), `pair` (through two) or `property` (three calls, one
            for each part of the version); None where the version says nothing.
        symbol: The function to ask.
        caller: The library that opens it, where that is not TensorFlow.
    """

    name: str
    stem: str
    package: str
    ask: str | None
    symbol: str
    caller: str = ""


LIBRARIES = (
    Library("cudart", "libcudart", "nvidia-cuda-runtime", "written", "cudaRuntimeGetVersion"),
    Library("cublas", "libcublas", "nvidia-cublas", "property", "cublasGetProperty"),
    Library("cublas", "libcublasLt", "nvidia-cublas", "property", "cublasLtGetProperty"),
    Library("cufft", "libcufft", "nvidia-cufft", "property", "cufftGetProperty"),
    Library("cusolver", "libcusolver", "nvidia-cusolver", "property", "cusolverGetProperty"),
    Library("cusparse", "libcusparse", "nvidia-cusparse", "property", "cusparseGetProperty"),
    Library("cudnn", "libcudnn", "nvidia-cudnn", "returned", "cudnnGetVersion"),
    Library("nccl", "libnccl", "nvidia-nccl", "written", "ncclGetVersion"),
    Library("nvrtc", "libnvrtc", "nvidia-cuda-nvrtc", "pair", "nvrtcVersion", "libcudnn_engines_runtime"),
    Library("nvjitlink", "libnvJitLink", "nvidia-nvjitlink", "pair", "nvJitLinkVersion", "libcusparse"),
    Library("cupti", "libcupti", "nvidia-cuda-cupti", None, ""),
)
"""In the order in which TensorFlow opens them (`TryDlopenCUDALibraries` of its dso_loader), then NCCL, what
cuDNN and cuSPARSE open in their turn, and CUPTI, which only the profiler needs."""

OPTIONAL: Mapping[str, str] = {
    "nccl": "several GPUs cannot work on one model without it",
    "nvrtc": "cuDNN cannot compile the kernels that it makes to measure without it",
    "cupti": "the profiler does not work without it",
}
"""What one GPU computes without, and what is lost."""

SONAMES: Mapping[int, Mapping[str, str]] = {
    12: {
        "libcudart": "12",
        "libcublas": "12",
        "libcublasLt": "12",
        "libcufft": "11",
        "libcusolver": "11",
        "libcusparse": "12",
        "libnccl": "2",
        "libnvrtc": "12",
        "libnvJitLink": "12",
        "libcupti": "12",
    }
}
"""The number in a library's soname, by CUDA major; cuDNN's is its own major, which the wheel states."""

CUDNN_PARTS = ("graph", "ops", "cnn", "adv", "heuristic", "engines_precompiled", "engines_runtime_compiled")
"""What libcudnn.so.9 opens when the first convolution comes."""

VERSION_CODES: Mapping[str, Callable[[int], Version]] = {
    "cudart": lambda code: (code // 1000, code % 1000 // 10),
    # From cuDNN 9 and NCCL 2.9 on, the major is worth 10000; before, 1000.
    "cudnn": lambda code: (
        (code // 10000, code // 100 % 100, code % 100)
        if code >= 10000
        else (code // 1000, code // 100 % 10, code % 100)
    ),
    "nccl": lambda code: (
        (code // 10000, code // 100 % 100, code % 100)
        if code >= 10000
        else (code // 1000, code // 100 % 10, code % 100)
    ),
}
"""How a version in one number is read: CUDART_VERSION, CUDNN_VERSION, NCCL_VERSION_CODE in the headers."""

PTXAS_FROM, PTXAS_BROKEN = (11, 8), (12, 3, 103)
"""The oldest ptxas that XLA takes, and the one that it refuses: FindPtxAsExecutable in openxla/xla."""

KERNELS_MEAN: Mapping[str, str] = {
    "binary": "",
    "ptx": ": mostly PTX, which the driver compiles at the first use",
    "older-ptx": ": PTX of an older generation, which takes the driver half an hour to compile and ends on "
    "some GPUs with CUDA_ERROR_INVALID_PTX (tensorflow#97387, #99592)",
    "none": ": nothing; TensorFlow ignores such a GPU and computes on the CPU",
}
"""What it comes to when a wheel has only this for a GPU."""

GENERATIONS: Mapping[str, Version] = {
    **dict.fromkeys(("p100", "gp100"), (6, 0)),
    **dict.fromkeys(("p4", "p40", "gtx-1080", "gtx-1080-ti"), (6, 1)),
    **dict.fromkeys(("v100", "titan-v"), (7, 0)),
    **dict.fromkeys(
        ("t4", "rtx-2070", "rtx-2080", "rtx-2080-ti", "quadro-rtx-6000", "quadro-rtx-8000"), (7, 5)
    ),
    **dict.fromkeys(("a100", "a30"), (8, 0)),
    **dict.fromkeys(("a2", "a10", "a10g", "a16", "a40"), (8, 6)),
    **dict.fromkeys(("rtx-3070", "rtx-3080", "rtx-3090", "rtx-a4000", "rtx-a5000", "rtx-a6000"), (8, 6)),
    **dict.fromkeys(("l4", "l40", "l40s"), (8, 9)),
    **dict.fromkeys(("rtx-4070", "rtx-4080", "rtx-4090", "rtx-6000-ada"), (8, 9)),
    **dict.fromkeys(("h100", "h200", "h20", "gh200"), (9, 0)),
    **dict.fromkeys(("b200", "gb200"), (10, 0)),
    **dict.fromkeys(("b300", "gb300"), (10, 3)),
    **dict.fromkeys(("rtx-5070", "rtx-5080", "rtx-5090", "rtx-pro-6000"), (12, 0)),
    **dict.fromkeys(("k80",), (3, 7)),
    **dict.fromkeys(("m60",), (5, 2)),
}
"""Compute capabilities of what a fleet is made of: developer.nvidia.com/cuda-gpus."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Whose a failure is and what to do about it."""

    owner: Owner
    hint: str


CUDA_ERRORS: Mapping[int, tuple[str, Cause]] = {
    2: (
        "CUDA_ERROR_OUT_OF_MEMORY",
        Cause("host", "other processes hold the GPU's memory: nvidia-smi on the host lists them"),
    ),
    34: (
        "CUDA_ERROR_STUB_LIBRARY",
        Cause(
            "image",
            "this is the stub for linking; take its folder out of /etc/ld.so.conf.d and LD_LIBRARY_PATH",
        ),
    ),
    46: (
        "CUDA_ERROR_DEVICE_UNAVAILABLE",
        Cause(
            "host",
            "another process has the GPU for itself: nvidia-smi -q -d COMPUTE, then nvidia-smi -c DEFAULT",
        ),
    ),
    100: (
        "CUDA_ERROR_NO_DEVICE",
        Cause(
            "engine",
            "the driver is here, a GPU is not: start the container with a GPU request (--gpus all, "
            "--device nvidia.com/gpu=all), and look at NVIDIA_VISIBLE_DEVICES",
        ),
    ),
    209: (
        "CUDA_ERROR_NO_BINARY_FOR_GPU",
        Cause("framework", "the wheel has no kernels for this GPU: see image.compute-capability"),
    ),
    214: (
        "CUDA_ERROR_ECC_UNCORRECTABLE",
        Cause("host", "the GPU's memory is faulty: drain the host and see nvidia-smi -q -d ECC"),
    ),
    218: (
        "CUDA_ERROR_INVALID_PTX",
        Cause("framework", "the GPU is newer than the wheel's kernels: see image.compute-capability"),
    ),
    222: (
        "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
        Cause("host", "the driver is older than the CUDA that compiled the kernels: install a newer driver"),
    ),
    303: (
        "CUDA_ERROR_SHARED_OBJECT_INIT_FAILED",
        Cause("engine", "libcuda.so.1 is not in the container: start it with a GPU request"),
    ),
    304: (
        "CUDA_ERROR_OPERATING_SYSTEM",
        Cause(
            "engine",
            "the container may not open /dev/nvidia*: lost after systemctl daemon-reload (use CDI, or start "
            "it again), a device cgroup, SELinux, or a rootless engine",
        ),
    ),
    802: (
        "CUDA_ERROR_SYSTEM_NOT_READY",
        Cause("host", "a host with NVSwitch needs its fabric manager: systemctl status nvidia-fabricmanager"),
    ),
    803: (
        "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        Cause(
            "host", "the driver's libraries and its kernel module differ: reboot the host after the update"
        ),
    ),
    804: (
        "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
        Cause(
            "image",
            "the image puts cuda-compat before the host's libcuda, and this GPU does not support that: "
            "take its folder off the loader's path",
        ),
    ),
    805: (
        "CUDA_ERROR_MPS_CONNECTION_FAILED",
        Cause("host", "the MPS daemon does not answer: start it, or unset CUDA_MPS_PIPE_DIRECTORY"),
    ),
    999: (
        "CUDA_ERROR_UNKNOWN",
        Cause("host", "reload nvidia_uvm or reboot the host; dmesg has lines with NVRM or Xid"),
    ),
}
"""CUresult in cuda.h, where its number says more than that something failed."""

NVML_ERRORS: Mapping[int, tuple[str, Cause]] = {
    4: ("NVML_ERROR_NO_PERMISSION", CUDA_ERRORS[304][1]),
    9: (
        "NVML_ERROR_DRIVER_NOT_LOADED",
        Cause(
            "host", "the kernel module is not loaded: modprobe nvidia; after a kernel update, build it again"
        ),
    ),
    15: ("NVML_ERROR_GPU_IS_LOST", Cause("host", "the GPU fell off the bus: reboot the host")),
    18: ("NVML_ERROR_LIB_RM_VERSION_MISMATCH", CUDA_ERRORS[803][1]),
    999: ("NVML_ERROR_UNKNOWN", CUDA_ERRORS[304][1]),
}
"""nvmlReturn_t in nvml.h, likewise."""

_UPGRADE_CUDNN = "install the nvidia-cudnn wheel of the lock, and nothing that pins an older one"
_NO_PTXAS = "install nvidia-cuda-nvcc-cu12 and put its bin folder on PATH"

SAID: tuple[tuple[str, Cause], ...] = (
    (r"Loaded runtime CuDNN library: \S+ but source was compiled with", Cause("image", _UPGRADE_CUDNN)),
    (
        r"DEVICE_TYPE_INVALID|convBiasActivationForward",
        Cause("image", "cuDNN fails on a fused convolution: see image.cudnn-known-bad; " + _UPGRADE_CUDNN),
    ),
    (r"CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED|OOM when allocating", CUDA_ERRORS[2][1]),
    (
        r"Could not create cudnn handle|DNN library initialization failed|DNN library is not found",
        Cause(
            "image", "cuDNN does not start: too old (image.cudnn-version), or no GPU memory is left for it"
        ),
    ),
    (
        r"Cannot dlopen some GPU libraries|Error loading CUDA libraries",
        Cause("image", "TensorFlow misses a CUDA library: image.libraries names it"),
    ),
    (
        r"CUDA_ERROR_INVALID_PTX|no kernel image is available|device kernel image is invalid",
        CUDA_ERRORS[218][1],
    ),
    (r"CUDA_ERROR_UNSUPPORTED_PTX_VERSION|compiled with an unsupported toolchain", CUDA_ERRORS[222][1]),
    (
        r"libdevice not found|Can't find libdevice",
        Cause(
            "image",
            "XLA_FLAGS=--xla_gpu_cuda_data_dir must name a folder with nvvm/libdevice/libdevice.10.bc",
        ),
    ),
    (
        r"suitable version of ptxas|Couldn't invoke ptxas|Failed to launch ptxas|No PTX compilation provider",
        Cause("image", _NO_PTXAS),
    ),
    (
        r"The minimum required Cuda capability is",
        Cause("framework", "the GPU is older than the wheel's kernels: another GPU, or an older TensorFlow"),
    ),
    (
        r"TF_MIN_GPU_MULTIPROCESSOR_COUNT",
        Cause(
            "framework",
            "TensorFlow finds the GPU too small; TF_MIN_GPU_MULTIPROCESSOR_COUNT lowers its demand",
        ),
    ),
    (r"kernel version \S+ does not match DSO version", CUDA_ERRORS[803][1]),
    (r"driver/library version mismatch", CUDA_ERRORS[803][1]),
    (
        r"CUDA driver version is insufficient",
        Cause("host", "install a newer driver: see image.driver-version"),
    ),
    (r"Could not find cuda drivers on your machine", CUDA_ERRORS[303][1]),
    (r"add_slot", Cause("model", "the model was saved with its optimizer: export it again without")),
    (
        r"libGL\.so\.1: cannot open",
        Cause("image", "install opencv-python-headless in place of opencv-python"),
    ),
    (
        r"compiled using NumPy 1\.x|_ARRAY_API not found",
        Cause("image", "this TensorFlow needs numpy<2: install what the lock says"),
    ),
    (
        r"No usable temporary directory",
        Cause("engine", "TensorFlow needs a folder to write to: --tmpfs /tmp beside --read-only"),
    ),
    (
        r"Descriptors cannot be created directly",
        Cause("image", "protobuf is too new for this TensorFlow: install the lock"),
    ),
    (
        r"version `GLIBC(?:XX)?_[\d.]+' not found",
        Cause("image", "the image's C library is older than the wheel wants"),
    ),
    (
        r"undefined symbol|cannot open shared object file|No module named",
        Cause("image", "the installation is not whole: install what the lock says into an empty environment"),
    ),
)
"""Messages of TensorFlow and its libraries, the most telling first, and what they mean."""

_NOISE = re.compile(
    r"oneDNN custom operations|All log messages before absl|cpu_feature_guard|To enable the following instr|"
    r"Unable to register cu\w+ factory|NUMA node|TF-TRT Warning|computation_placer|rebuild TensorFlow with"
)
"""Lines that TensorFlow prints in health too."""


def parse_version(text: str) -> Version:
    """`9.3.0.75` as (9, 3, 0, 75); what follows the numbers is left out."""
    match = re.match(r"\d+(?:\.\d+)*", text.strip())
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def show(version: Version) -> str:
    """(9, 3, 0) as `9.3.0`."""
    return ".".join(map(str, version))


def serves(loaded: Version, built: Version) -> bool:
    """Whether a library can stand in for the one that was built against: the same major, no older minor.

    The rule is cuDNN's and CUDA's own, in the words of TensorFlow's message: "matching major version and
    equal or higher minor version".
    """
    return loaded[:1] == built[:1] and loaded[1:2] >= built[1:2]


Kernels = Literal["binary", "ptx", "older-ptx", "none"]


def kernels_for(capability: Version, built: Iterable[str]) -> Kernels:
    """What a wheel has for a GPU: machine code, PTX of its generation, PTX of an older one, or nothing.

    Args:
        capability: The GPU's compute capability, (7, 5).
        built: `cuda_compute_capabilities` of `tf.sysconfig.get_build_info()`: `sm_70` is machine code;
            `compute_90` is PTX, and machine code for some kernels (in libtensorflow_cc.so.2 of 2.21, 249 of
            1398 fat binaries have both).

    Machine code runs on its own major from its minor upwards, PTX on everything from its capability upwards
    (CUDA C++ Programming Guide, "Binary Compatibility" and "PTX Compatibility").
    """
    entries = [(name.partition("_")[0], parse_capability(name)) for name in built]
    fitting = [(kind, entry) for kind, entry in entries if entry and entry <= capability]
    same_major = {kind for kind, entry in fitting if entry[0] == capability[0]}
    if "sm" in same_major:
        return "binary"
    if "compute" in same_major:
        return "ptx"
    return "older-ptx" if any(kind == "compute" for kind, _ in fitting) else "none"


def parse_capability(text: str) -> Version:
    """`sm_75`, `compute_75`, `7.5` as (7, 5); an empty tuple for anything else."""
    match = re.fullmatch(r"(?:sm_|compute_)(\d{1,2})(\d)[af]?|(\d{1,2})\.(\d)", text)
    if not match:
        return ()
    return tuple(int(part) for part in match.groups() if part is not None)


# --------------------------------------------------------------------------------------------------- options


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be looked at.

    Attributes:
        stages: In the order of `STAGES`.
        static: Whether the GPU, if there is one, is left alone.
        targets: GPUs to have kernels for, as they were asked for, with their compute capabilities.
        driver: The driver that a fleet has.
        require_gpus: How many GPUs must be there.
        model: A model folder.
        picture: A picture for the model; None for its first sample.
        expect_tensorflow: The version that the lock names.
        toolchains: By TensorFlow minor.
        timeout: Seconds for a child process.
    """

    stages: tuple[Stage, ...] = STAGES
    static: bool = False
    targets: tuple[tuple[str, Version], ...] = ()
    driver: Version = ()
    require_gpus: int = 1
    model: Path | None = None
    picture: Path | None = None
    expect_tensorflow: Version = ()
    toolchains: Mapping[str, Toolchain] = field(default_factory=lambda: TOOLCHAINS)
    timeout: float = 300.0


def parse_options(argv: Sequence[str], environment: Mapping[str, str]) -> Options:
    """The command line as `Options`.

    Raises:
        SystemExit: 2 and a message on stderr for a command line that cannot be right; 0 after `--help`.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tfod_runtime.probe",
        description="Proves that TensorFlow computes on the GPUs of this container, or says what stops it.",
    )
    parser.add_argument("--version", action="version", version=f"tfod-runtime {VERSION}")
    parser.add_argument(
        "--stage", type=_stages, metavar="NAME,…", help=f"of {', '.join(STAGES)} (default: all of them)"
    )
    parser.add_argument("--static", action="store_true", help="stage image alone, without looking at any GPU")
    parser.add_argument(
        "--targets", type=_targets, default=(), metavar="GPU,…", help="GPUs to serve: sm_75, 8.9, t4, h100"
    )
    parser.add_argument(
        "--driver", type=_version, default=(), metavar="VERSION", help="the driver of a fleet: 535.104"
    )
    parser.add_argument(
        "--require-gpus", type=_count, default=1, metavar="N", help="how many there must be (default: 1)"
    )
    parser.add_argument(
        "--model",
        type=Path,
        default=Path(environment["TFOD_MODEL"]) if environment.get("TFOD_MODEL") else None,
        metavar="DIR",
        help="a model folder to run (default: $TFOD_MODEL)",
    )
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="for the model (default: its first sample)"
    )
    parser.add_argument(
        "--expect-tensorflow", type=_version, default=(), metavar="X.Y.Z", help="the version that is locked"
    )
    parser.add_argument(
        "--matrix",
        type=_matrix,
        default=TOOLCHAINS,
        metavar="FILE",
        help="compat.json, for what is not built in",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=300.0,
        metavar="S",
        help="seconds for each child process (default: 300)",
    )
    given = parser.parse_args(argv)
    if given.static and given.stage not in (None, ("image",)):
        parser.error("--static looks at the image alone: leave --stage out")
    return Options(
        stages=("image",) if given.static else given.stage or STAGES,
        static=given.static,
        targets=given.targets,
        driver=given.driver,
        require_gpus=given.require_gpus,
        model=given.model,
        picture=given.picture,
        expect_tensorflow=given.expect_tensorflow,
        toolchains=given.matrix,
        timeout=given.timeout,
    )


def parse_matrix(text: str) -> dict[str, Toolchain]:
    """The toolchains of a compat.json by TensorFlow minor; releases with unknown CUDA are left out.

    Raises:
        ValueError: When it is not such a document.
    """
    try:
        return {
            release["tf_minor"]: Toolchain(
                cuda=parse_version(release["cuda_tested"]),
                cudnn=parse_version(release["cudnn_tested"]),
                driver=parse_version(release["driver"]["linux_min"]),
                capabilities=tuple(release["compute_capabilities"] or ()),
                bad_cudnn=tuple(
                    (parse_version(bad["versions"].lstrip("=")), bad["why"])
                    for bad in release["known_bad_cudnn"]
                ),
            )
            for release in json.loads(text)["releases"]
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a compatibility matrix: {type(error).__name__} {error}") from error


def _stages(text: str) -> tuple[Stage, ...]:
    names = text.split(",")
    if unknown := set(names) - set(STAGES):
        raise argparse.ArgumentTypeError(f"expected {', '.join(STAGES)}, found {', '.join(sorted(unknown))}")
    return tuple(stage for stage in STAGES if stage in names)


def _targets(text: str) -> tuple[tuple[str, Version], ...]:
    found = []
    for name in text.split(","):
        plain = name.strip().lower().replace(" ", "-").replace("_", "-")
        capability = parse_capability(name.strip()) or GENERATIONS.get(plain, ())
        if not capability:
            raise argparse.ArgumentTypeError(
                f"{name!r} is no GPU that is known here; say its compute capability (sm_89, 8.9) or one of "
                + ", ".join(sorted(GENERATIONS))
            )
        found.append((name.strip(), capability))
    return tuple(found)


def _version(text: str) -> Version:
    if not re.fullmatch(r"\d+(\.\d+)*", text):
        raise argparse.ArgumentTypeError(f"expected numbers and dots, found {text!r}")
    return parse_version(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,3}", text):
        raise argparse.ArgumentTypeError(f"expected a number from 1, found {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"expected seconds, found {text!r}")


def _matrix(text: str) -> dict[str, Toolchain]:
    try:
        return parse_matrix(Path(text).read_text())
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error


# ------------------------------------------------------------------------------ children seen from the parent


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the probe looks.

    Attributes:
        environment: The variables, here and in every child.
        python: The interpreter of the children.
        devices: `/dev`.
        proc: `/proc`.
        folders: Where drivers put their libraries.
    """

    environment: Mapping[str, str]
    python: str = sys.executable
    devices: Path = Path("/dev")
    proc: Path = Path("/proc")
    folders: tuple[Path, ...] = (
        Path("/usr/lib/x86_64-linux-gnu"),
        Path("/usr/lib/aarch64-linux-gnu"),
        Path("/usr/lib64"),
        Path("/usr/local/nvidia/lib64"),
        Path("/usr/local/lib"),
    )

    @property
    def library_path(self) -> list[str]:
        """The entries of LD_LIBRARY_PATH; an empty one means the current directory to the loader."""
        text = self.environment.get("LD_LIBRARY_PATH", "")
        return re.split("[:;]", text) if text else []


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back from a child process.

    Attributes:
        values: What its steps found out.
        errors: Why steps failed.
        seconds: How long steps took.
        under_way: The step that it was in when it died.
        death: How it died, in words; None when it came to its end.
        killer: The signal that ended it.
        said: What it, and the libraries in it, printed.
    """

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    seconds: Mapping[str, float]
    under_way: str | None
    death: str | None
    killer: int
    said: str

    def last_lines(self, count: int = 6) -> list[str]:
        """The end of what was printed, without what is printed in health."""
        lines = [line.rstrip() for line in self.said.splitlines()]
        return [line[:300] for line in lines if line and not _NOISE.search(line)][-count:]


_START = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("tfod_probe", sys.argv[1])
sys.modules["tfod_probe"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.answer(*sys.argv[2:])
"""
"""A child imports this file as a module, for its bytecode. Run as a script, it would find the modules beside
it (`model`, `errors`, …) before those of other packages."""

_SECONDS_TO_DIE = 10.0
_NOT_KILLED = "nor an end after SIGKILL"


def run_child(
    name: str, question: object, around: Surroundings, timeout: float, **environment: str
) -> Outcome:
    """Runs a part of this file in a process of its own and waits for it.

    Args:
        name: A key of `CHILDREN`.
        question: What the part is given, as JSON.
        around: Interpreter and environment.
        timeout: Seconds until it is killed, with all that it started; one that the kernel does not let go is
            left behind soon after.
        environment: Variables besides.
    """
    answers, talk = os.memfd_create("answers"), os.memfd_create("talk")
    try:
        process = subprocess.Popen(
            [around.python, "-c", _START, __file__, name, str(answers), json.dumps(question)],
            env={**around.environment, "TF_CPP_MIN_LOG_LEVEL": "0", **environment},
            stdin=subprocess.DEVNULL,
            stdout=talk,
            stderr=talk,
            pass_fds=[answers],
            start_new_session=True,
        )
        try:
            code: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            # A driver that hangs holds a process where no signal ends it.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_SECONDS_TO_DIE)
        outcome = _outcome(_contents(answers), _contents(talk), code, timeout)
        if process.returncode is None:
            return replace(outcome, death=f"{outcome.death}, {_NOT_KILLED}")
        return outcome
    finally:
        os.close(answers)
        os.close(talk)


def _contents(descriptor: int) -> str:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    return os.pread(descriptor, size, 0).decode("utf-8", "replace")


def _outcome(answers: str, said: str, code: int | None, timeout: float) -> Outcome:
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    seconds: dict[str, float] = {}
    under_way = None
    for line in answers.split("\n")[:-1]:  # what follows the last end of line was cut off by death
        answer = json.loads(line)
        if "begin" in answer:
            under_way = answer["begin"]
            continue
        under_way = None
        seconds[answer["step"]] = answer["seconds"]
        if "error" in answer:
            errors[answer["step"]] = answer["error"]
        else:
            values[answer["step"]] = answer["value"]
    death = None
    if code is None:
        death = f"no answer within {timeout:g} s"
    elif code < 0:
        names = {number.value: number.name for number in signal.Signals}
        death = f"killed by {names.get(-code, f'signal {-code}')}"
    elif code > 0:
        death = f"ended with exit code {code}"
    return Outcome(values, errors, seconds, under_way, death, max(0, -(code or 0)), said)


def tell_cause(text: str) -> Cause | None:
    """Whose a failure is, from what TensorFlow, CUDA or the loader printed."""
    for pattern, cause in SAID:
        if re.search(pattern, text):
            return cause
    for name, cause in CUDA_ERRORS.values():
        if re.search(rf"\b{name}\b", text):
            return cause
    number = re.search(r"UNKNOWN ERROR \((\d+)\)", text)
    return CUDA_ERRORS[int(number[1])][1] if number and int(number[1]) in CUDA_ERRORS else None


def blame(id: str, outcome: Outcome, step: str, expected: str = "", hint: str = "") -> Check:
    """The failed check for a step that raised an error, or in which the child died."""
    if step in outcome.errors:
        found = outcome.errors[step]
    else:
        lines = outcome.last_lines()
        found = "\n".join([f"{outcome.death or 'no answer'}, in step {step!r}", *lines])
    cause = tell_cause(found) or tell_cause(outcome.said)
    if outcome.killer == signal.SIGILL:
        cause = Cause(
            "host", "the processor lacks instructions that TensorFlow is compiled for (AVX): emulation?"
        )
    elif outcome.killer == signal.SIGKILL and cause is None:
        cause = Cause(
            "host", "the kernel may have run out of memory: dmesg, and the container's memory limit"
        )
    elif outcome.death and outcome.death.endswith(_NOT_KILLED):
        cause = Cause(
            "host", "the kernel holds the process, in the driver or at a disk: dmesg, then a reboot"
        )
    elif outcome.death and outcome.death.startswith("no answer") and cause is None:
        cause = Cause(
            FINDINGS[id], hint or "run it again with a longer --timeout; if it hangs again, see dmesg"
        )
    cause = cause or Cause(FINDINGS[id], hint or "dmesg on the host may say more")
    return failed(id, found, expected, cause.hint, cause.owner)


# ------------------------------------------------------------------------------------------------- the image


@dataclass(frozen=True, slots=True)
class Installed:
    """A TensorFlow distribution that this Python sees."""

    name: str
    version: str
    folder: str
    tags: tuple[str, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wheel:
    """What is known of the image's TensorFlow.

    Attributes:
        installed: Its distributions; one, if all is well.
        elsewhere: TensorFlows of other Pythons.
        folder: The package folder that `import tensorflow` takes; None when there is none.
        tag: What this Python and processor are called in wheel names: `cp313`, `x86_64`.
        built: `get_build_info()`, or what the wheel's file says when the import fails.
    """

    installed: tuple[Installed, ...]
    elsewhere: tuple[str, ...]
    folder: str | None
    tag: tuple[str, str]
    built: Mapping[str, Any]

    @property
    def version(self) -> str | None:
        """Of the only TensorFlow there is."""
        return self.installed[0].version if len(self.installed) == 1 else None

    @property
    def toolchain_key(self) -> str:
        """Its minor: `2.21`."""
        return show(parse_version(self.version or "")[:2])


@dataclass(frozen=True, slots=True)
class Expected:
    """What the image's CUDA libraries are measured with.

    Attributes:
        cuda: The CUDA that TensorFlow was built with.
        floors: The oldest version for each library, by `Library.name`, and for `nvcc`.
        driver: The oldest driver.
        capabilities: The wheel's kernels.
        bad_cudnn: As in `Toolchain`.
    """

    cuda: Version
    floors: Mapping[str, Version]
    driver: Version
    capabilities: tuple[str, ...]
    bad_cudnn: tuple[tuple[Version, str], ...]


def read_wheel(outcome: Outcome) -> Wheel:
    """What the child `wheel` found out, in types."""
    installed = tuple(
        Installed(one["name"], one["version"], one["folder"], tuple(one["tags"]), tuple(one["requires"]))
        for one in outcome.values.get("installed", ())
    )
    return Wheel(
        installed=installed,
        elsewhere=tuple(outcome.values.get("elsewhere", ())),
        folder=outcome.values.get("folder"),
        tag=tuple(outcome.values.get("tag", ("", ""))),
        built=outcome.values.get("import") or outcome.values.get("build info") or {},
    )


def expect(wheel: Wheel, toolchains: Mapping[str, Toolchain]) -> Expected:
    """What this wheel wants of the libraries around it.

    The oldest versions are those of the `and-cuda` extra in the wheel's own metadata, which is made from the
    build; the matrix fills in for a wheel without.
    """
    toolchain = toolchains.get(wheel.toolchain_key)
    floors: dict[str, Version] = {}
    packages = {library.package: library.name for library in LIBRARIES} | {"nvidia-cuda-nvcc": "nvcc"}
    for requirement in wheel.installed[0].requires if wheel.version else ():
        match = re.match(r"([a-z-]+)-cu\d+[^;]*?(?:>=|==)([\d.]+)", requirement)
        if match and match[1] in packages:
            floors[packages[match[1]]] = parse_version(match[2])
    cuda = parse_version(str(wheel.built.get("cuda_version") or "")) or floors.get("cudart", ())
    if toolchain:
        cuda = cuda or toolchain.cuda
        floors.setdefault("cudart", toolchain.cuda)
        floors.setdefault("cudnn", toolchain.cudnn)
    elif wheel.built.get("cudnn_version"):
        floors.setdefault("cudnn", parse_version(str(wheel.built["cudnn_version"])))
    return Expected(
        cuda=cuda[:2],
        floors=floors,
        driver=toolchain.driver if toolchain else DRIVER_MINIMUMS.get(cuda[0] if cuda else 0, ()),
        capabilities=tuple(wheel.built.get("cuda_compute_capabilities") or ()),
        bad_cudnn=toolchain.bad_cudnn if toolchain else (),
    )


def judge_wheel(wheel: Wheel, outcome: Outcome, options: Options) -> list[Check]:
    """Which TensorFlow it is, and whether it starts."""
    return [
        _judge_python(wheel),
        _judge_installed(wheel),
        _judge_version(wheel, options.expect_tensorflow),
        _judge_import(wheel, outcome),
        _judge_cuda_build(wheel),
    ]


def _judge_python(wheel: Wheel) -> Check:
    id, (python, machine) = "image.python", wheel.tag
    if not wheel.installed and wheel.elsewhere:
        return failed(
            id,
            f"TensorFlow is installed for another Python: {', '.join(wheel.elsewhere)}",
            f"a folder that {python} reads",
            "install TensorFlow with the Python that runs it; never copy site-packages between Pythons",
        )
    if len(wheel.installed) != 1:
        return skipped(id, "there is not one TensorFlow to compare with")
    tags = wheel.installed[0].tags
    if not tags:
        return skipped(id, "the installation does not say which Python it is for")
    if any(tag.startswith(f"{python}-") and tag.endswith(machine) for tag in tags):
        return passed(id, f"{python} on {machine}")
    return failed(
        id,
        f"a wheel for {', '.join(tags)}",
        f"one for {python} on {machine}",
        "install TensorFlow with the Python that runs it; never copy site-packages between Pythons",
    )


def _judge_installed(wheel: Wheel) -> Check:
    id = "image.tensorflow"
    names = ", ".join(f"{one.name} {one.version}" for one in wheel.installed)
    if not wheel.installed:
        return failed(id, "none", "exactly one TensorFlow", "install requirements/gpu.lock")
    if len(wheel.installed) > 1:
        return failed(
            id,
            names,
            "exactly one TensorFlow",
            "the last to be installed overwrote the other: install the lock into an empty environment",
        )
    at = wheel.installed[0].folder
    if wheel.folder and os.path.realpath(os.path.dirname(wheel.folder)) != at:
        return failed(
            id,
            f"{names}, but import takes {wheel.folder}",
            f"the one in {at}",
            "a file or folder called tensorflow stands before it on sys.path: see PYTHONPATH",
        )
    return passed(id, names)


def _judge_version(wheel: Wheel, wanted: Version) -> Check:
    id = "image.tensorflow-version"
    if not wanted:
        return skipped(id, "no version was asked for (--expect-tensorflow)")
    if wheel.version is None:
        return skipped(id, "there is not one TensorFlow to compare with")
    if parse_version(wheel.version)[: len(wanted)] == wanted:
        return passed(id, wheel.version, show(wanted))
    return failed(id, wheel.version, show(wanted), "build the image again from its lock")


def _judge_import(wheel: Wheel, outcome: Outcome) -> Check:
    id = "image.tensorflow-import"
    if "import" in outcome.values:
        return passed(id, str(outcome.values["import"]["version"]), seconds=outcome.seconds["import"])
    if wheel.folder is None and "import" in outcome.errors:
        return skipped(id, "there is nothing to import")
    return blame(id, outcome, "import", hint="install what the lock says into an empty environment")


def _judge_cuda_build(wheel: Wheel) -> Check:
    id = "image.cuda-build"
    if "is_cuda_build" not in wheel.built:
        return skipped(id, "the wheel does not say what it was built with")
    if wheel.built["is_cuda_build"]:
        return passed(id, f"CUDA {wheel.built.get('cuda_version')}, cuDNN {wheel.built.get('cudnn_version')}")
    names = ", ".join(one.name for one in wheel.installed)
    return failed(
        id,
        f"{names} is built without CUDA",
        "a TensorFlow that is built with CUDA",
        "in requirements/gpu.in write tensorflow[and-cuda], not tensorflow-cpu, and compile the lock again",
    )


# The libraries ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of opening one library.

    Attributes:
        library: Which.
        soname: The name by which TensorFlow opens it.
        path: The file that the loader took; None when it took none.
        error: The loader's words.
        version: What the library says of itself; empty when it does not.
        others: Files of that name which the loader passed by.
    """

    library: Library
    soname: str
    path: str | None
    error: str
    version: Version
    others: tuple[str, ...]


def sonames(expected: Expected) -> list[tuple[Library, str]]:
    """The libraries that TensorFlow will open, by the names it opens them by; none for an unknown CUDA."""
    numbers = SONAMES.get(expected.cuda[0] if expected.cuda else 0)
    if numbers is None:
        return []
    cudnn = expected.floors.get("cudnn", ())
    numbers = {**numbers, **({"libcudnn": str(cudnn[0])} if cudnn else {})}
    return [
        (library, f"{library.stem}.so.{numbers[library.stem]}")
        for library in LIBRARIES
        if library.stem in numbers
    ]


def read_libraries(named: Sequence[tuple[Library, str]], outcome: Outcome) -> list[Loaded]:
    """What the child `libraries` found out, in types; libraries that it did not come to are left out."""
    found = []
    for library, soname in named:
        value = outcome.values.get(soname)
        if value is not None:
            code = value["version"]
            version = VERSION_CODES[library.name](code) if isinstance(code, int) else tuple(code)
            others = tuple(value["others"])
            found.append(Loaded(library, soname, value["path"], value["error"], version, others))
    return found


def judge_libraries(
    named: Sequence[tuple[Library, str]],
    loaded: Sequence[Loaded],
    outcome: Outcome,
    expected: Expected,
    library_path: Sequence[str],
) -> list[Check]:
    """Whether every library is there, loads, is new enough, and is the one that was meant."""
    if not named:
        reason = f"the libraries of CUDA {show(expected.cuda) or 'of an unknown version'} are not known here"
        return [skipped("image.libraries", reason)]
    checks = [
        _judge_library_path(loaded, expected, library_path),
        _judge_presence(named, loaded, outcome),
    ]
    names = dict.fromkeys(library.name for library, _ in named if library.ask)
    checks += [_judge_library_version(name, loaded, expected) for name in names]
    cudnn = next((one for one in loaded if one.library.name == "cudnn" and one.path), None)
    return [*checks, _judge_cudnn_parts(cudnn, outcome), _judge_known_bad(cudnn, expected)]


def _floor_of(one: Loaded, expected: Expected) -> Version:
    return expected.floors.get(one.library.name, ())


def _too_old(one: Loaded, expected: Expected) -> bool:
    floor = _floor_of(one, expected)
    return bool(one.version and floor and not serves(one.version, floor))


def _judge_library_path(loaded: Sequence[Loaded], expected: Expected, library_path: Sequence[str]) -> Check:
    id = "image.library-path"
    folders = [os.path.realpath(entry) for entry in library_path if entry]
    shadowing = [one for one in loaded if one.path and one.others and os.path.dirname(one.path) in folders]
    told = "\n".join(f"{one.path} ({show(one.version)}) hides {', '.join(one.others)}" for one in shadowing)
    if any(_too_old(one, expected) for one in shadowing if one.library.name not in OPTIONAL):
        return failed(
            id,
            told,
            "the libraries that were installed with TensorFlow",
            "take the folder out of LD_LIBRARY_PATH",
        )
    if shadowing:
        return warned(
            id, told, "the libraries that were installed with TensorFlow", "unset LD_LIBRARY_PATH, if you can"
        )
    if "" in library_path:
        return warned(
            id,
            "LD_LIBRARY_PATH has an empty entry, which is the current directory",
            "no empty entry",
            "take out the colon too many",
        )
    return passed(id, ":".join(library_path) or "LD_LIBRARY_PATH is not set")


def _judge_presence(
    named: Sequence[tuple[Library, str]], loaded: Sequence[Loaded], outcome: Outcome
) -> Check:
    id, expected = "image.libraries", f"{len(named)} libraries that load"
    if outcome.death:
        return blame(id, outcome, outcome.under_way or "start", expected, "install the library again")
    missing = [one for one in loaded if one.path is None]
    if not missing:
        return passed(id, expected, seconds=sum(outcome.seconds.values()))
    told = "\n".join(one.error for one in missing)
    hints = []
    # A library may fail for want of another one, which is in the list itself.
    causes = [one for one in missing if one.soname in one.error] or missing
    if folders := sorted({os.path.dirname(path) for one in causes for path in one.others}):
        hints.append(
            f"the loader does not look into {', '.join(folders)}: write that to /etc/ld.so.conf.d/cuda.conf "
            "and run ldconfig while the image is built"
        )
    if packages := dict.fromkeys(f"{one.library.package}-cu12" for one in causes if not one.others):
        hints.append(f"install {', '.join(packages)} at the version of the lock")
    if all(one.library.name in OPTIONAL for one in missing):
        hints += [OPTIONAL[one.library.name] for one in missing]
        return warned(id, told, expected, "; ".join(hints))
    return failed(id, told, expected, "; ".join(hints))


def _judge_library_version(name: str, loaded: Sequence[Loaded], expected: Expected) -> Check:
    id = f"image.{name}-version"
    mine = [one for one in loaded if one.library.name == name and one.path]
    if not mine:
        return skipped(id, "not loaded: see image.libraries")
    told = ", ".join(f"{show(one.version) or 'no version'} in {one.path}" for one in mine)
    floor = _floor_of(mine[0], expected)
    if not floor:
        return skipped(id, f"{told}; which version TensorFlow was built with is not known")
    rule = f"{floor[0]}.x from {show(floor[:2])} upwards"
    if any(_too_old(one, expected) or not one.version for one in mine):
        hint = f"install {mine[0].library.package}-cu{expected.cuda[0]} at the version of the lock"
        return (warned if name in OPTIONAL else failed)(id, told, rule, hint)
    return passed(id, told, rule)


def _judge_cudnn_parts(cudnn: Loaded | None, outcome: Outcome) -> Check:
    id = "image.cudnn-parts"
    parts = outcome.values.get("cudnn parts")
    if cudnn is None or cudnn.path is None or parts is None:
        return skipped(id, "cuDNN is not loaded, or has no parts: see image.libraries")
    folder = os.path.dirname(cudnn.path)
    wrong = [f"{part['error']}" for part in parts if part["error"]]
    wrong += [
        f"{part['path']} is not beside {cudnn.path}"
        for part in parts
        if part["path"] and os.path.dirname(part["path"]) != folder
    ]
    if wrong:
        return failed(
            id,
            "\n".join(wrong),
            f"all parts of cuDNN in {folder}",
            "install the nvidia-cudnn wheel again, whole",
        )
    return passed(id, f"{len(parts)} parts in {folder}")


def _judge_known_bad(cudnn: Loaded | None, expected: Expected) -> Check:
    id = "image.cudnn-known-bad"
    if cudnn is None or not cudnn.version:
        return skipped(id, "cuDNN is not loaded: see image.libraries")
    for bad, why in expected.bad_cudnn:
        if cudnn.version[: len(bad)] == bad:
            return failed(id, f"cuDNN {show(cudnn.version)}: {why}", f"not {show(bad)}", _UPGRADE_CUDNN)
    return passed(id, f"cuDNN {show(cudnn.version)}")


# The compiler -----------------------------------------------------------------------------------------------


def cuda_data_folder(environment: Mapping[str, str]) -> str:
    """What XLA_FLAGS says of where CUDA lies; empty when it says nothing."""
    folder = ""
    with contextlib.suppress(ValueError):
        for flag in shlex.split(environment.get("XLA_FLAGS", "")):
            if flag.startswith("--xla_gpu_cuda_data_dir="):
                folder = flag.partition("=")[2]
    return folder


def ptxas_candidates(environment: Mapping[str, str]) -> list[str]:
    """The files that XLA tries, in its order: FindCudaExecutable in openxla/xla."""
    folder = cuda_data_folder(environment)
    on_path = [entry for entry in environment.get("PATH", "").split(":") if entry]
    candidates = [f"{folder}/bin/ptxas"] if folder else []
    return candidates + [f"{entry}/ptxas" for entry in on_path]


def judge_ptxas(environment: Mapping[str, str], floor: Version) -> Check:
    """Runs the assembler that XLA would take."""
    id = "image.ptxas"
    tried = [path for path in ptxas_candidates(environment) if os.path.exists(path)]
    for path in tried:
        said = _ask_tool(path)
        match = re.search(r"\bV(\d+\.\d+\.\d+)\b", said)
        version = parse_version(match[1]) if match else ()
        if not version or version < PTXAS_FROM or version == PTXAS_BROKEN:
            continue
        found = f"{show(version)} in {path}"
        if floor and not serves(version, floor):
            return warned(
                id, found, f"{show(floor[:2])} or newer", "install the nvidia-cuda-nvcc of the lock"
            )
        return passed(id, found, f"{show(floor[:2])} or newer" if floor else "")
    return failed(
        id,
        "\n".join(f"{path}: {_ask_tool(path) or 'says nothing'}" for path in tried) or "no ptxas",
        f"ptxas {show(PTXAS_FROM)} or newer on PATH or where XLA_FLAGS says; XLA compiles nothing without",
        _NO_PTXAS,
    )


def _ask_tool(path: str) -> str:
    try:
        answer = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}: {error}"
    return answer.stdout.decode("utf-8", "replace").strip()


def libdevice_roots(environment: Mapping[str, str], folder: str | None, cuda: Version) -> list[str]:
    """The folders in which XLA looks for nvvm/libdevice, in its order: CandidateCudaRoots in openxla/xla."""
    given = cuda_data_folder(environment)
    roots = [given] if given else []
    roots += [f"/usr/local/cuda-{show(cuda)}", "/usr/local/cuda", "/opt/cuda"]
    if folder:
        roots += [f"{folder}/../nvidia/cuda_nvcc", f"{folder}/cuda", f"{folder}/../../../.."]
    return [*roots, "."]


def judge_libdevice(environment: Mapping[str, str], folder: str | None, cuda: Version) -> Check:
    """Whether XLA finds the bit code of CUDA's mathematical functions."""
    id, name = "image.libdevice", "libdevice.10.bc"
    hint = (
        "install nvidia-cuda-nvcc-cu12; XLA_FLAGS=--xla_gpu_cuda_data_dir names the folder that has "
        "nvvm/libdevice/libdevice.10.bc"
    )
    for root in libdevice_roots(environment, folder, cuda):
        found = Path(root, "nvvm", "libdevice")
        if found.is_dir():  # XLA takes the first such folder, whatever is in it
            if (found / name).is_file():
                return passed(id, os.path.realpath(found / name))
            return failed(id, f"{found} is without it", name, hint)
    return failed(id, "no folder nvvm/libdevice", name, hint)


# Variables, baked-in drivers, fleets ------------------------------------------------------------------------

_HIDDEN = ("", "void", "none", "-1", "NoDevFiles")


def judge_variables(environment: Mapping[str, str], static: bool, gpu_nodes: bool) -> list[Check]:
    """What the NVIDIA toolkit and CUDA are told by variables.

    Args:
        environment: The container's.
        static: Whether only the image speaks in it, and not yet the engine.
        gpu_nodes: Whether there are device nodes all the same, as CDI puts them there (and says `void`).
    """
    visible = environment.get("NVIDIA_VISIBLE_DEVICES")
    id = "image.visible-devices"
    if visible is None and static:
        first = warned(
            id,
            "NVIDIA_VISIBLE_DEVICES is not set",
            "all",
            "ENV NVIDIA_VISIBLE_DEVICES=all: without, --runtime=nvidia brings no GPU",
        )
    elif visible in _HIDDEN and not gpu_nodes:
        first = failed(
            id,
            f"NVIDIA_VISIBLE_DEVICES={visible}",
            "all, or GPUs by number",
            "ENV NVIDIA_VISIBLE_DEVICES=all",
        )
    else:
        first = passed(id, f"NVIDIA_VISIBLE_DEVICES={visible}" if visible is not None else "not set")
    return [first, _judge_capabilities(environment), _judge_cuda_visible(environment)]


def _judge_capabilities(environment: Mapping[str, str]) -> Check:
    id, name = "image.driver-capabilities", "NVIDIA_DRIVER_CAPABILITIES"
    given = environment.get(name)
    if not given:  # the toolkit then gives utility and compute
        return passed(id, f"{name} is not set, which means compute,utility")
    if {"compute", "all"} & set(given.replace(" ", "").split(",")):
        return passed(id, f"{name}={given}")
    return failed(
        id,
        f"{name}={given}",
        "compute among them, or all",
        f"ENV {name}=compute,utility: libcuda comes with compute",
    )


def _judge_cuda_visible(environment: Mapping[str, str]) -> Check:
    id, name = "image.cuda-visible-devices", "CUDA_VISIBLE_DEVICES"
    given = environment.get(name)
    if given is None or given.split(",")[0].strip() not in _HIDDEN:
        return passed(id, f"{name}={given}" if given is not None else f"{name} is not set")
    return failed(id, f"{name}={given} hides every GPU from CUDA", f"{name} not set", f"unset {name}")


def is_injected(path: str, mountinfo: str) -> bool:
    """Whether a file was mounted into the container, alone or with a folder of it.

    Args:
        path: The file, without links on the way.
        mountinfo: `/proc/self/mountinfo`; its fifth field is a mount point (proc_pid_mountinfo(5)).
    """
    points = {fields[4] for line in mountinfo.splitlines() if len(fields := line.split()) > 4}
    return any(str(folder) in points for folder in (Path(path), *Path(path).parents) if str(folder) != "/")


def judge_baked(around: Surroundings, loaded: str | None, code: int | None, matches: bool) -> Check:
    """Whether the image brings a driver of its own, which belongs to the host alone.

    Args:
        around: Where drivers' files may lie.
        loaded: The libcuda that the loader takes.
        code: What its cuInit said, if it came to that.
        matches: Whether it is of the kernel module's version.
    """
    id, expected = "image.driver-baked", "libcuda comes with the container's GPU request, not with the image"
    hint = (
        "delete libcuda.so* and libnvidia-* from the image: copied from a host, or committed in a container"
    )
    mounts = _read(around.proc / "self" / "mountinfo")
    if code == 34 or (loaded and "/stubs/" in loaded):
        return failed(id, f"{loaded} is the stub for linking", expected, CUDA_ERRORS[34][1].hint)
    if loaded and not is_injected(loaded, mounts) and not matches:
        if "/compat/" in loaded:
            return failed(id, f"{loaded} hides the host's libcuda", expected, CUDA_ERRORS[804][1].hint)
        return failed(id, f"{loaded} is a file of the image", expected, hint)
    others = [
        str(path)
        for folder in around.folders
        for pattern in ("libcuda.so*", "libnvidia-ml.so*", "libnvidia-ptxjitcompiler.so*")
        for path in sorted(folder.glob(pattern))
        if not is_injected(os.path.realpath(path), mounts) and not path.is_symlink()
    ]
    if others and not matches:
        return failed(id, ", ".join(others), expected, hint)
    return passed(id, loaded or "no libcuda in the image")


def judge_targets(targets: Sequence[tuple[str, Version]], built: Sequence[str]) -> Check:
    """Whether the wheel has machine code for every GPU of a fleet."""
    id = "image.targets"
    if not targets:
        return skipped(id, "no GPUs were asked for (--targets)")
    if not built:
        return skipped(id, "the wheel does not say which GPUs it has kernels for")
    told = {name: kernels_for(capability, built) for name, capability in targets}
    lines = [f"{name} ({show(capability)}){KERNELS_MEAN[told[name]]}" for name, capability in targets]
    expected = f"kernels among {', '.join(built)}"
    if {"older-ptx", "none"} & set(told.values()):
        hint = "another GPU, or a TensorFlow that is built for this one"
        return failed(id, "\n".join(lines), expected, hint)
    return passed(id, "\n".join(lines), expected)


def judge_driver_minimum(driver: Version, minimum: Version, cuda: Version) -> Check:
    """Whether a fleet's driver serves this image's CUDA."""
    id = "image.driver-minimum"
    if not driver:
        return skipped(id, "no driver was asked for (--driver)")
    if not minimum:
        return skipped(id, "which driver this TensorFlow wants is not known")
    expected = f"{show(minimum)} or newer, for CUDA {cuda[0]}"
    if driver < minimum:
        return failed(
            id,
            show(driver),
            expected,
            "newer drivers on the fleet, or a TensorFlow that is built with an older CUDA",
        )
    return passed(id, show(driver), expected)


# ----------------------------------------------------------------------------------------------- the machine


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU as the driver describes it."""

    name: str
    capability: Version
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Nodes:
    """The device nodes of the container.

    Attributes:
        gpus: Those that open: `nvidia0`, `nvidia1`, …, or `dxg` under WSL.
        others: What goes with them: `nvidiactl`, `nvidia-uvm`.
        problems: Why nodes that are needed do not open.
    """

    gpus: tuple[str, ...]
    others: tuple[str, ...]
    problems: tuple[str, ...]


def look_at_nodes(devices: Path) -> Nodes:
    """Which device nodes there are, and whether they open as CUDA opens them, for reading and writing."""
    if (devices / "dxg").exists():
        return Nodes(("dxg",), (), ())
    names = sorted(path.name for path in devices.glob("nvidia*") if not path.is_dir())
    closed = {}
    for name in names:
        try:
            os.close(os.open(devices / name, os.O_RDWR | os.O_NONBLOCK))
        except OSError as error:
            closed[name] = f"{devices / name}: {error.strerror}"
    gpus = [name for name in names if re.fullmatch(r"nvidia\d+", name)]
    opened = tuple(name for name in gpus if name not in closed)
    # GPUs that are another container's may be closed; these two are everybody's.
    wanted = {"nvidiactl", "nvidia-uvm", *(gpus if not opened else ())}
    problems = tuple(problem for name, problem in closed.items() if name in wanted)
    return Nodes(opened, tuple(name for name in names if name not in gpus), problems)


def module_version(proc: Path) -> str:
    """The version of the kernel module: `/proc/driver/nvidia/version`; empty where there is none."""
    match = re.search(
        r"Kernel Module\s+(?:for \S+\s+)?(\d+(?:\.\d+)+)", _read(proc / "driver" / "nvidia" / "version")
    )
    return match[1] if match else ""


def library_version(path: str | None) -> str:
    """The driver's version in the name of its library, `libcuda.so.535.104.05`; empty for any other name."""
    match = re.search(r"\.so\.(\d+\.\d+(?:\.\d+)?)$", path or "")
    return match[1] if match else ""


def read_gpus(outcome: Outcome) -> tuple[Gpu, ...]:
    """The GPUs that the child `driver` counted."""
    return tuple(
        Gpu(one["name"], tuple(one["capability"]), one["memory"]) for one in outcome.values.get("devices", ())
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """All that was seen of the driver and its devices.

    Attributes:
        nodes: The device nodes.
        module: The kernel module's version.
        driver: What the child that used libcuda found out.
        nvml: What the child that used libnvidia-ml found out.
        injected: Whether the engine brought libcuda.
    """

    nodes: Nodes
    module: str
    driver: Outcome
    nvml: Outcome
    injected: bool

    @property
    def libcuda(self) -> str | None:
        """The file that the loader took."""
        return self.driver.values.get("load")

    @property
    def version(self) -> str:
        """The driver's, from whoever knows it."""
        return str(self.nvml.values.get("driver") or self.module or library_version(self.libcuda))


def look_at_machine(around: Surroundings, timeout: float, static: bool) -> Machine:
    """Asks the device nodes, the kernel, libcuda and NVML; in static mode libcuda alone, about no device."""
    question = {"devices": not static}
    driver = run_child("driver", question, around, min(timeout, 120.0))
    nobody = Outcome({}, {}, {}, None, None, 0, "")
    path = driver.values.get("load")
    return Machine(
        nodes=Nodes((), (), ()) if static else look_at_nodes(around.devices),
        module=module_version(around.proc),
        driver=driver,
        nvml=nobody if static else run_child("nvml", None, around, min(timeout, 60.0)),
        injected=path is not None and is_injected(path, _read(around.proc / "self" / "mountinfo")),
    )


def judge_machine(machine: Machine, expected: Expected, require_gpus: int) -> list[Check]:
    """Whether the driver can be used from here, and what it drives."""
    return [
        _judge_nodes(machine.nodes),
        _judge_libcuda(machine),
        _judge_driver_version(machine, expected),
        _judge_driver_match(machine),
        _judge_nvml(machine),
        _judge_init(machine),
        _judge_gpus(machine, require_gpus),
        _judge_capability(read_gpus(machine.driver), expected.capabilities),
        _judge_contexts(machine.driver),
    ]


def _judge_nodes(nodes: Nodes) -> Check:
    id, expected = "image.device-nodes", "/dev/nvidiactl and /dev/nvidia0, or /dev/dxg"
    if nodes.problems:
        return failed(id, "\n".join(nodes.problems), "nodes that open", CUDA_ERRORS[304][1].hint)
    if not nodes.gpus:
        return failed(
            id,
            ", ".join(nodes.others) or "none",
            expected,
            "start the container with a GPU request: --gpus all, or --device nvidia.com/gpu=all",
        )
    return passed(id, ", ".join((*nodes.gpus, *nodes.others)))


def _judge_libcuda(machine: Machine) -> Check:
    id, driver = "image.libcuda", machine.driver
    if machine.libcuda:
        origin = "brought by the engine" if machine.injected else "a file of the image"
        return passed(id, f"{machine.libcuda}, {origin}")
    error = driver.errors.get("load", "")
    if driver.death or "cannot open shared object file" not in error:
        return replace(blame(id, driver, "load", "a libcuda.so.1 that loads"), owner="image")
    hint = (
        "start the container with a GPU request, and with compute among NVIDIA_DRIVER_CAPABILITIES"
        if not machine.nodes.gpus
        else "NVIDIA_DRIVER_CAPABILITIES must hold compute; with CDI, run nvidia-ctk cdi generate again"
    )
    return failed(id, error, "libcuda.so.1, which the engine brings", hint)


def _judge_driver_version(machine: Machine, expected: Expected) -> Check:
    id = "image.driver-version"
    code = machine.driver.values.get("driver version")
    if code is None:
        if machine.libcuda and machine.driver.under_way == "driver version":
            return blame(id, machine.driver, "driver version")
        return skipped(id, "libcuda does not load: see image.libcuda")
    serves_cuda = (code // 1000, code % 1000 // 10)
    found = f"driver {machine.version or 'of unknown version'}, for CUDA up to {show(serves_cuda)}"
    wanted = f"{show(expected.driver)} or newer, for CUDA {expected.cuda[0]}" if expected.driver else ""
    if expected.cuda and serves_cuda[0] < expected.cuda[0]:
        return failed(id, found, wanted, "install a newer driver on the host")
    if machine.version and parse_version(machine.version) < expected.driver:
        return failed(id, found, wanted, "install a newer driver on the host")
    return passed(id, found, wanted)


def _judge_driver_match(machine: Machine) -> Check:
    id = "image.driver-match"
    library = library_version(machine.libcuda) or machine.nvml.values.get("driver")
    mismatch = machine.nvml.values.get("init") == 18
    if not mismatch and not (library and machine.module):
        return skipped(id, "the version of the kernel module or of libcuda is not told")
    told = f"kernel module {machine.module or '?'}, libcuda {library or '?'}"
    if not mismatch and library == machine.module:
        return passed(id, told, "the same version")
    if machine.driver.values.get("init") == 0:
        return warned(
            id, f"{told}; they work together", "the same version", "CUDA's forward compatibility is in use"
        )
    owner: Owner = "host" if machine.injected or not machine.libcuda else "image"
    hint = (
        CUDA_ERRORS[803][1].hint
        if owner == "host"
        else "delete the image's own libcuda: see image.driver-baked"
    )
    return failed(id, told, "the same version", hint, owner)


def _judge_nvml(machine: Machine) -> Check:
    id, outcome = "image.nvml", machine.nvml
    if "load" in outcome.errors:
        return skipped(
            id, "libnvidia-ml.so.1 is not here (the capability utility brings it); CUDA needs it not"
        )
    if outcome.death:
        return blame(id, outcome, outcome.under_way or "start")
    code = outcome.values.get("init")
    if code == 0:
        return passed(id, f"driver {outcome.values.get('driver')}, {outcome.values.get('count')} GPUs")
    name, cause = NVML_ERRORS.get(code or 0, ("", Cause("host", "nvidia-smi on the host says more")))
    complain = warned if machine.driver.values.get("init") == 0 else failed
    return complain(id, f"nvmlInit gives {code} {name}".rstrip(), "0", cause.hint, cause.owner)


def _judge_init(machine: Machine) -> Check:
    id, outcome = "image.cuda-init", machine.driver
    if machine.libcuda is None or outcome.under_way == "driver version":
        return skipped(id, "libcuda does not load: see image.libcuda")
    if "init" not in outcome.values:
        return blame(id, outcome, "init", "cuInit gives 0")
    code = outcome.values["init"]
    if code == 0:
        return passed(id, "cuInit gives 0", seconds=outcome.seconds["init"])
    name, cause = CUDA_ERRORS.get(code, (outcome.values.get("error name") or "", Cause("host", "see dmesg")))
    if code == 803 and not machine.injected:
        cause = Cause("image", "delete the image's own libcuda: see image.driver-baked")
    if code == 999 and machine.nodes.gpus and "nvidia-uvm" not in machine.nodes.others:
        cause = Cause("host", "there is no /dev/nvidia-uvm: modprobe nvidia_uvm; nvidia-modprobe -u")
    return failed(id, f"cuInit gives {code} {name}".rstrip(), "0", cause.hint, cause.owner)


def _judge_gpus(machine: Machine, wanted: int) -> Check:
    id, outcome = "image.gpus", machine.driver
    if outcome.values.get("init") != 0:
        return skipped(id, "cuInit fails: see image.cuda-init")
    if "devices" not in outcome.values:
        return blame(id, outcome, "devices")
    gpus = read_gpus(outcome)
    told = ", ".join(
        f"{gpu.name} ({show(gpu.capability)}, {gpu.memory_bytes / 2**30:.1f} GiB)" for gpu in gpus
    )
    expected = f"{wanted} or more"
    if len(gpus) < wanted:
        return failed(
            id,
            f"{len(gpus)}: {told}" if gpus else "none",
            expected,
            "request more GPUs: --gpus all; see CUDA_VISIBLE_DEVICES",
        )
    return passed(id, f"{len(gpus)}: {told}", expected)


def _judge_capability(gpus: Sequence[Gpu], built: Sequence[str]) -> Check:
    id = "image.compute-capability"
    if not gpus or not built:
        return skipped(
            id, "no GPU was counted" if not gpus else "the wheel does not say which GPUs it serves"
        )
    kinds = {kernels_for(gpu.capability, built) for gpu in gpus}
    told = "\n".join(
        f"{gpu.name} ({show(gpu.capability)}){KERNELS_MEAN[kernels_for(gpu.capability, built)]}"
        for gpu in gpus
    )
    expected = f"kernels among {', '.join(built)}"
    if "none" in kinds:
        return failed(id, told, expected, "a newer GPU, or an older TensorFlow")
    if "older-ptx" in kinds:
        return warned(id, told, expected, "a TensorFlow that is built for this GPU")
    return passed(id, told, expected)


def _judge_contexts(outcome: Outcome) -> Check:
    id, expected = "image.cuda-context", "a context and 1 MiB of memory on every GPU"
    if not outcome.values.get("devices"):
        return skipped(id, "no GPU was counted")
    if "contexts" not in outcome.values:
        return blame(id, outcome, outcome.under_way or "contexts", expected)
    wrong = [one for one in outcome.values["contexts"] if one["code"] != 0]
    for one in wrong:
        name, cause = CUDA_ERRORS.get(one["code"], (one["name"] or "", Cause("host", "see dmesg")))
        return failed(
            id,
            f"GPU {one['gpu']}: {one['call']} gives {one['code']} {name}".rstrip(),
            expected,
            cause.hint,
            cause.owner,
        )
    free = ", ".join(
        f"GPU {one['gpu']}: {one['free'] / 2**30:.1f} GiB free" for one in outcome.values["contexts"]
    )
    return passed(id, free, expected)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


# ---------------------------------------------------------------------------------------- framework and work

CONVOLVED = 27.0
"""3 × 3 × 3 ones against ones: what every output must be. A kernel that did not run leaves 0."""

FUSED = (0.0, 28.5)
"""relu(27 - 30) and relu(27 + 1.5)."""

AGREEMENT = 1e-3
"""How far GPU and CPU may lie apart, as a share of the largest value: float32, summed in another order."""


def judge_framework(outcome: Outcome, counted: int | None, wanted: int, grows: bool) -> list[Check]:
    """Whether TensorFlow takes every GPU that there is.

    Args:
        outcome: Of the child `work`.
        counted: How many the driver has; None when nobody asked it.
        wanted: How many there must be.
        grows: Whether the environment tells TensorFlow to take memory as it needs it.
    """
    id = "framework.gpus"
    devices = outcome.values.get("list")
    if devices is None:
        first = blame(id, outcome, "import" if "list" not in outcome.errors else "list")
        return [first, skipped("framework.memory-growth", f"see {id}")]
    expected = f"{max(counted or 0, wanted)} or more"
    if len(devices) < max(counted or 0, wanted):
        cause = tell_cause(outcome.said) or Cause(
            "framework" if counted else "engine",
            "TensorFlow says why with TF_CPP_MAX_VLOG_LEVEL=3"
            if counted
            else "start the container with a GPU request",
        )
        if outcome.values["import"]["is_cuda_build"] is False:
            cause = Cause("image", "this TensorFlow is built without CUDA: see image.cuda-build")
        lines = outcome.last_lines()
        found = "\n".join([f"{len(devices) or 'no'} GPU is listed", *lines])
        return [
            failed(id, found, expected, cause.hint, cause.owner),
            skipped("framework.memory-growth", f"see {id}"),
        ]
    names = [f"{one['device']} {one['name']} ({show(tuple(one['capability']))})" for one in devices]
    return [passed(id, ", ".join(names), expected), _judge_growth(outcome, len(devices), grows)]


def _judge_growth(outcome: Outcome, count: int, grows: bool) -> Check:
    id, expected = "framework.memory-growth", "memory that is taken as it is needed, on every GPU"
    if "growth" not in outcome.values:
        return blame(id, outcome, "growth", expected, "set memory growth before anything else runs on a GPU")
    grown = outcome.values["growth"]
    hint = "ENV TF_FORCE_GPU_ALLOW_GROWTH=true"
    if len(grown) != count or not all(grown):
        return failed(id, f"set on {sum(map(bool, grown))} of {count}", expected, hint)
    if not grows:
        found = "can be set, and the environment does not: a program that does not either takes all memory"
        return warned(id, found, expected, hint, "image")
    return passed(id, f"set on {count}, by TF_FORCE_GPU_ALLOW_GROWTH", expected)


def judge_work(outcome: Outcome) -> list[Check]:
    """Whether every GPU computed, and computed right."""
    if not outcome.values.get("list"):
        reason = "TensorFlow has no GPU: see framework.gpus"
        return [skipped(id, reason) for id in FINDINGS if id.startswith("work.")]
    first = _judge_start(outcome)
    if first:
        return [
            first,
            *(skipped(id, f"see {first.id}") for id in FINDINGS if id.startswith("work.") and id != first.id),
        ]
    devices = outcome.values["devices"]
    return [
        _judge_each(
            "work.convolution", "convolution", devices, outcome, _wrong_convolution, "27.0, on the GPU"
        ),
        _judge_each(
            "work.fused-convolution",
            "fused",
            devices,
            outcome,
            _wrong_fused,
            "0.0 and 28.5, on the GPU, by XLA",
        ),
        _judge_each(
            "work.cpu-agreement",
            "agreement",
            devices,
            outcome,
            _wrong_agreement,
            f"within {AGREEMENT:g} of the CPU",
        ),
        _judge_each("work.memory", "memory", devices, outcome, _wrong_memory, "a peak above 0 bytes"),
    ]


def _judge_start(outcome: Outcome) -> Check | None:
    """What keeps a GPU that TensorFlow lists from being one that it computes on."""
    id, expected = "work.convolution", "every GPU that is listed starts"
    if "devices" not in outcome.values:
        return blame(id, outcome, "devices", expected)
    listed = [one["device"] for one in outcome.values["list"]]
    started = outcome.values["devices"]
    if len(started) >= len(listed):
        return None
    found = f"of {', '.join(listed)} started: {', '.join(started) or 'none'}"
    cause = tell_cause(outcome.said) or Cause(
        FINDINGS[id], "TensorFlow says why with TF_CPP_MAX_VLOG_LEVEL=3"
    )
    return failed(id, "\n".join([found, *outcome.last_lines()]), expected, cause.hint, cause.owner)


def _judge_each(
    id: str,
    step: str,
    devices: Sequence[str],
    outcome: Outcome,
    wrong: Callable[[Mapping[str, Any]], str | None],
    expected: str,
) -> Check:
    told, seconds = [], 0.0
    for device in devices:
        name = f"{step} {device}"
        value = outcome.values.get(name)
        if value is None:
            if name in outcome.errors or outcome.under_way == name:
                return blame(id, outcome, name, expected)
            return skipped(id, f"{outcome.death or 'an earlier step failed'} before it came to {device}")
        problem = wrong(value) or (
            f"computed on {value['device']}" if not value["device"].endswith(device) else None
        )
        if problem:
            return failed(
                id,
                f"{device}: {problem}",
                expected,
                "the GPU or its libraries do not compute: image.cudnn-version, dmesg",
            )
        seconds += outcome.seconds[name]
        told.append(f"{device}: {value['told']}")
    return passed(id, ", ".join(told), expected, seconds)


def _wrong_convolution(value: Mapping[str, Any]) -> str | None:
    return None if value["values"] == [CONVOLVED] else f"gave {value['values']}"


def _wrong_fused(value: Mapping[str, Any]) -> str | None:
    return None if value["values"] == list(FUSED) else f"gave {value['values']}"


def _wrong_agreement(value: Mapping[str, Any]) -> str | None:
    share = value["difference"] / value["scale"] if value["scale"] else math.inf
    return None if share <= AGREEMENT else f"differs from the CPU by {share:.2g} of the largest value"


def _wrong_memory(value: Mapping[str, Any]) -> str | None:
    return None if value["peak"] > 0 else "used no memory: nothing ran there"


# ------------------------------------------------------------------------------------------------- the model

MATCHING_SCORE, SAME_SCORE, SAME_BOX = 0.5, 0.05, 0.9
"""A detection from this score on must be found on the other device too, with a score this near and boxes that
overlap this much (intersection over union)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A detection: class, score, and ymin, xmin, ymax, xmax as shares of the picture."""

    class_id: int
    score: float
    box: tuple[float, float, float, float]


def overlap(one: Found, other: Found) -> float:
    """Intersection over union of two boxes."""
    height = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    width = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    common = max(0.0, height) * max(0.0, width)
    areas = [(found.box[2] - found.box[0]) * (found.box[3] - found.box[1]) for found in (one, other)]
    union = sum(areas) - common
    return common / union if union > 0 else 0.0


def unmatched(these: Sequence[Found], those: Sequence[Found]) -> list[Found]:
    """Which of the sure detections have no counterpart on the other side."""
    return [
        one
        for one in these
        if one.score >= MATCHING_SCORE
        and not any(
            one.class_id == other.class_id
            and abs(one.score - other.score) <= SAME_SCORE
            and overlap(one, other) >= SAME_BOX
            for other in those
        )
    ]


def judge_model(gpu: Outcome, cpu: Outcome) -> list[Check]:
    """Whether the service's model runs on the GPU and finds there what it finds on the CPU."""
    ids = ("model.load", "model.device", "model.agreement", "model.latency")
    for outcome in (gpu, replace(cpu, said="")):  # which says that the GPUs are hidden, and is right
        for step in ("load", "picture", "detect"):
            if step not in outcome.values:
                first = blame("model.load", outcome, step, "a model that runs on one picture")
                return [first, *(skipped(id, "see model.load") for id in ids[1:])]
    return [
        passed("model.load", f"{gpu.values['load']}, {gpu.values['picture']}", seconds=gpu.seconds["load"]),
        _judge_placement(gpu),
        _judge_agreement(_founds(gpu), _founds(cpu)),
        _judge_latency(gpu, cpu),
    ]


def _founds(outcome: Outcome) -> list[Found]:
    return [Found(one["class"], one["score"], tuple(one["box"])) for one in outcome.values["detect"]]


CONVOLUTIONS, PRODUCTS = ("Conv2D", "DepthwiseConv2dNative"), ("MatMul", "BatchMatMulV2")
"""The operations that a model's time goes into; a matrix product may be a small one, for shapes."""


def placements(said: str, operations: Sequence[str]) -> dict[str, int]:
    """How many of such operations TensorFlow put on each device, from its placement log."""
    placed = set(re.findall(rf"([^\s:]+): \((?:{'|'.join(operations)})\): \S*device:(\w+:\d+)", said))
    devices = [device for _, device in placed]
    return {device: devices.count(device) for device in sorted(set(devices))}


def _judge_placement(gpu: Outcome) -> Check:
    id, expected = "model.device", "its convolutions on the GPU"
    convolutions, products = placements(gpu.said, CONVOLUTIONS), placements(gpu.said, PRODUCTS)
    peak = gpu.values.get("peak") or 0
    parts = [
        f"{what}: " + ", ".join(f"{count} on {device}" for device, count in placed.items())
        for what, placed in (("convolutions", convolutions), ("matrix products", products))
        if placed
    ]
    told = "; ".join([*parts, f"peak {peak / 2**20:.0f} MiB on the GPU"])
    if peak > 0 and not (convolutions or products):
        return warned(
            id,
            f"TensorFlow tells of no convolution and no matrix product; {told}",
            expected,
            "a model whose operations TensorFlow places one by one, not compiled by XLA as a whole",
        )
    if peak > 0 and (_share_on_gpu(convolutions) == 1 if convolutions else _share_on_gpu(products) > 0.5):
        return passed(id, told, expected)
    return failed(
        id, told, expected, "the model was exported with devices written into it: export it again without"
    )


def _share_on_gpu(placed: Mapping[str, int]) -> float:
    on_gpu = sum(count for device, count in placed.items() if device.startswith("GPU"))
    return on_gpu / sum(placed.values()) if placed else 0.0


def _judge_agreement(gpu: Sequence[Found], cpu: Sequence[Found]) -> Check:
    id, expected = "model.agreement", "the same detections on GPU and CPU"
    sure = max(sum(one.score >= MATCHING_SCORE for one in found) for found in (gpu, cpu))
    alone = [("GPU", one) for one in unmatched(gpu, cpu)] + [("CPU", one) for one in unmatched(cpu, gpu)]
    if alone:
        told = "\n".join(
            f"on the {device} alone: class {one.class_id}, score {one.score:.3f}, box {one.box}"
            for device, one in alone[:5]
        )
        return failed(id, told, expected, "see work.cpu-agreement, image.cudnn-version")
    if not sure:
        return warned(
            id,
            f"no detection of score {MATCHING_SCORE} to compare",
            expected,
            "--picture with something to find",
        )
    return passed(id, f"{sure} on both", expected)


def _judge_latency(gpu: Outcome, cpu: Outcome) -> Check:
    import statistics

    id = "model.latency"
    if "latency" not in gpu.values or "latency" not in cpu.values:
        return skipped(id, "the model did not run to the end")
    medians = [statistics.median(outcome.values["latency"]) for outcome in (gpu, cpu)]
    runs = [len(outcome.values["latency"]) for outcome in (gpu, cpu)]
    return passed(
        id,
        f"median {medians[0]:.1f} ms on the GPU, {medians[1]:.1f} ms on the CPU, of {min(runs)} runs or more",
        seconds=gpu.seconds["latency"] + cpu.seconds["latency"],
    )


# ------------------------------------------------------------------------------------------------- the whole

Say: TypeAlias = Callable[[str], None]
Result = Literal["pass", "fail", "incomplete"]


@dataclass(frozen=True, slots=True)
class Report:
    """All findings and what was seen besides.

    Attributes:
        options: What was asked for.
        checks: In the order of `FINDINGS`.
        facts: Of TensorFlow, the driver, the GPUs and the libraries.
    """

    options: Options
    checks: tuple[Check, ...]
    facts: Mapping[str, Any]

    @property
    def result(self) -> Result:
        """`pass` only when every GPU was seen at work, and the model too, if there is one."""
        statuses = {check.id: check.status for check in self.checks}
        if "fail" in statuses.values():
            return "fail"
        proof = PROOF + (MODEL_PROOF if self.options.model and "model" in self.options.stages else ())
        return "pass" if all(statuses.get(id) == "pass" for id in proof) else "incomplete"

    def document(self) -> dict[str, Any]:
        """The report as the JSON document of `schema` 1."""
        return {
            "schema": 1,
            "probe": VERSION,
            "python": platform.python_version(),
            "result": self.result,
            "checks": [check.document() for check in self.checks],
            "facts": self.facts,
        }


def probe(options: Options, around: Surroundings, say: Say) -> Report:
    """Looks at everything that was asked for, in order; a stage that fails keeps the next ones from running.

    Args:
        options: What to look at.
        around: Where.
        say: Takes a line for every part that may take a while.
    """
    checks: list[Check] = []
    facts: dict[str, Any] = {
        "tensorflow": None,
        "cudaBuilt": None,
        "cudnnBuilt": None,
        "computeCapabilities": [],
        "gpus": [],
        "driver": None,
        "libraries": [],
    }
    if "image" in options.stages:
        checks += _look_at_image(options, around, say, facts)
    if "model" in options.stages and options.model:
        say(f"model: the files in {options.model}")
        checks += _look_at_files(options, around)
    if {"framework", "work"} & set(options.stages) and not _broken(checks, "image"):
        say("framework and work: TensorFlow on the GPUs (the first use of a GPU may take a minute)")
        checks += _look_at_work(options, around, facts)
    if "model" in options.stages and options.model and not _broken(checks, *STAGES):
        say("model: one picture on the GPU, then on the CPU")
        checks += _look_at_model(options, around)
    return Report(options, _complete(checks, options), facts)


def _broken(checks: Iterable[Check], *stages: str) -> bool:
    return any(check.status == "fail" and check.id.partition(".")[0] in stages for check in checks)


def _complete(checks: Sequence[Check], options: Options) -> tuple[Check, ...]:
    """The checks in the order of `FINDINGS`, with a reason for each that nobody made."""
    made = {check.id: check for check in checks}
    first = next((id for id in FINDINGS if id in made and made[id].status == "fail"), None)
    for id in FINDINGS:
        if id in made or id.partition(".")[0] not in options.stages:
            continue
        if id.startswith("model.") and options.model is None:
            made[id] = skipped(id, "no model was named (--model)")
        elif options.static:
            made[id] = skipped(id, "static mode looks at no GPU")
        else:
            made[id] = skipped(id, f"not reached: see {first}" if first else "not reached")
    return tuple(made[id] for id in FINDINGS if id in made)


def _look_at_image(options: Options, around: Surroundings, say: Say, facts: dict[str, Any]) -> list[Check]:
    say("image: TensorFlow")
    started = run_child("wheel", None, around, options.timeout)
    wheel = read_wheel(started)
    expected = expect(wheel, options.toolchains)
    say("image: CUDA libraries")
    named = sonames(expected)
    question = {
        "libraries": [[soname, library.ask, library.symbol, library.caller] for library, soname in named],
        "parts": [f"libcudnn_{part}.so.9" for part in CUDNN_PARTS],
        "library path": around.library_path,
        "tensorflow": wheel.folder,
    }
    opened = run_child("libraries", question, around, options.timeout)
    loaded = read_libraries(named, opened)
    say("image: driver")
    machine = look_at_machine(around, options.timeout, options.static)
    facts |= {
        "tensorflow": wheel.version,
        "cudaBuilt": wheel.built.get("cuda_version"),
        "cudnnBuilt": wheel.built.get("cudnn_version"),
        "computeCapabilities": list(expected.capabilities),
        "gpus": [
            {"name": gpu.name, "computeCapability": show(gpu.capability), "memoryBytes": gpu.memory_bytes}
            for gpu in read_gpus(machine.driver)
        ],
        "driver": machine.version or None,
        "libraries": [
            {"soname": one.soname, "version": show(one.version) or None, "path": one.path}
            for one in loaded
            if one.path
        ],
    }
    matches = bool(machine.module) and library_version(machine.libcuda) == machine.module
    checks = [
        *judge_wheel(wheel, started, options),
        *judge_libraries(named, loaded, opened, expected, around.library_path),
        judge_ptxas(around.environment, expected.floors.get("nvcc", ())),
        judge_libdevice(around.environment, wheel.folder, expected.cuda),
        *judge_variables(around.environment, options.static, any(around.devices.glob("nvidia[0-9]*"))),
        judge_baked(around, machine.libcuda, machine.driver.values.get("init"), matches),
        judge_targets(options.targets, expected.capabilities),
        judge_driver_minimum(options.driver, expected.driver, expected.cuda),
    ]
    return checks if options.static else checks + judge_machine(machine, expected, options.require_gpus)


def _look_at_work(options: Options, around: Surroundings, facts: Mapping[str, Any]) -> list[Check]:
    work = "work" in options.stages
    outcome = run_child("work", {"work": work}, around, options.timeout)
    counted = len(facts["gpus"]) if "image" in options.stages else None
    grows = around.environment.get("TF_FORCE_GPU_ALLOW_GROWTH") == "true"  # TensorFlow knows no other word
    checks: list[Check] = []
    if "framework" in options.stages:
        checks += judge_framework(outcome, counted, options.require_gpus, grows)
    return checks + (judge_work(outcome) if work else [])


def _look_at_files(options: Options, around: Surroundings) -> list[Check]:
    outcome = run_child("files", {"model": str(options.model)}, around, options.timeout)
    id = "model.files"
    if "files" in outcome.values:
        return [passed(id, outcome.values["files"], seconds=outcome.seconds["files"])]
    check = blame(id, outcome, "files", "a model folder whose files are those that model.json describes")
    if "No module named 'tfod_runtime'" in check.found:
        return [skipped(id, "the runtime, which reads models, is not installed beside this file")]
    return [replace(check, owner="model", hint=check.hint or "restore the files, or add the model again")]


def _look_at_model(options: Options, around: Surroundings) -> list[Check]:
    question = {"model": str(options.model), "picture": str(options.picture) if options.picture else None}
    gpu = run_child("model", question, around, options.timeout)
    cpu = run_child("model", question, around, options.timeout, CUDA_VISIBLE_DEVICES="-1")
    return judge_model(gpu, cpu)


# --------------------------------------------------------------------------------------- what children do

TENSORFLOWS = re.compile(
    r"(intel[-_.])?tensorflow([-_.](cpu|gpu|intel|rocm|macos|cpu[-_.]aws))?|tf[-_.]nightly.*"
)
"""Names of distributions that bring a folder `tensorflow`."""


_T = TypeVar("_T")


class Steps:
    """A child's answer: a JSON line for the beginning and one for the end of every step.

    What is known by then survives the child.

    Args:
        stream: Where the lines go.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def run(self, step: str, act: Callable[[], _T], tell: Callable[[_T], Any] | None = None) -> _T | None:
        """Does a step and reports on it.

        Args:
            step: What it is called.
            act: What it does.
            tell: What of its result is reported, as JSON; the result itself when left out.

        Returns:
            The result; None when `act` raised an error, which is reported.
        """
        self._write({"begin": step})
        start = time.monotonic()
        value: _T | None = None
        try:
            value = act()
            told = {"value": tell(value) if tell else value}
        except Exception as error:  # whatever TensorFlow, the loader or a model may raise is a finding
            value, told = None, {"error": _gist(error)}
        self._write({"step": step, "seconds": time.monotonic() - start, **told})
        return value

    def _write(self, line: object) -> None:
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()


def _gist(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines[:4])[:600]}".removesuffix(": ")


def _child_wheel(question: Any, steps: Steps) -> None:
    steps.run("tag", lambda: [f"cp{sys.version_info[0]}{sys.version_info[1]}", platform.machine()])
    steps.run("installed", _installed)
    steps.run("elsewhere", _elsewhere)
    folder = steps.run("folder", _tensorflow_folder)
    if folder:
        steps.run("build info", partial(read_build_info, Path(folder, "python", "platform", "build_info.py")))
    steps.run("import", _import_tensorflow, _build)


def _installed() -> list[dict[str, Any]]:
    import importlib.metadata

    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in importlib.metadata.distributions():
        name = ""
        with contextlib.suppress(Exception):  # metadata without a file, which is no TensorFlow's
            name = one.metadata["Name"] or ""
        if not TENSORFLOWS.fullmatch(name.lower()):
            continue
        folder = os.path.realpath(str(one.locate_file("")))
        found[name, one.version, folder] = {
            "name": name,
            "version": one.version,
            "folder": folder,
            "tags": re.findall(r"^Tag: (\S+)$", one.read_text("WHEEL") or "", re.M),
            "requires": [wanted for wanted in one.requires or () if wanted.startswith("nvidia-")],
        }
    return [found[key] for key in sorted(found)]


def _elsewhere() -> list[str]:
    here = {os.path.realpath(entry) for entry in sys.path}
    prefixes = dict.fromkeys((sys.prefix, sys.base_prefix, "/usr/local", "/usr", "/opt/venv"))
    return [
        str(path)
        for prefix in prefixes
        for path in sorted(Path(prefix).glob("lib/python3*/*-packages/tensorflow"))
        if os.path.realpath(path.parent) not in here
    ]


def _tensorflow_folder() -> str | None:
    spec = importlib.util.find_spec("tensorflow")
    return os.path.abspath(os.path.dirname(spec.origin)) if spec and spec.origin else None


def read_build_info(path: Path) -> dict[str, Any]:
    """What the wheel's generated build_info.py says, without running it.

    Raises:
        OSError: When there is no such file.
        ValueError: When it does not look like one.
    """
    import ast

    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and node.value.args:
            return dict(ast.literal_eval(node.value.args[0]))
    raise ValueError(f"{path} assigns no build_info")


def _import_tensorflow() -> Any:
    return importlib.import_module("tensorflow")


def _build(tensorflow: Any) -> dict[str, Any]:
    info = dict(tensorflow.sysconfig.get_build_info())
    return {
        "version": tensorflow.__version__,
        "is_cuda_build": bool(tensorflow.test.is_built_with_cuda()),
        **{key: info.get(key) for key in ("cuda_version", "cudnn_version", "cuda_compute_capabilities")},
    }


def _child_libraries(question: Any, steps: Steps) -> None:
    folder = Path(os.path.realpath(question["tensorflow"] or "."))
    # The library whose code calls dlopen decides with its RUNPATH where else the loader looks (dlopen(3)). In
    # TensorFlow that is this one: it defines tsl::internal::LoadDynamicLibrary.
    framework = folder / "libtensorflow_framework.so.2"
    wheels = [str(path) for path in sorted(folder.parent.glob("nvidia/*/lib"))]
    for soname, ask, symbol, caller in question["libraries"]:
        opener = Path(mapped_file(caller) or framework) if caller else framework
        runpath = read_runpath(opener) if opener.exists() else []
        search = [*question["library path"], *runpath]
        steps.run(soname, partial(_open, soname, ask, symbol, search, [*wheels, *runpath]))
        if soname == "libcudnn.so.9" and (cudnn := mapped_file(soname)):
            beside = [*question["library path"], os.path.dirname(cudnn)]
            steps.run("cudnn parts", partial(_open_parts, question["parts"], beside))


def _open(
    soname: str, ask: str | None, symbol: str, search: Sequence[str], known: Sequence[str]
) -> dict[str, Any]:
    copies = {os.path.realpath(copy) for at in known if os.path.exists(copy := os.path.join(at, soname))}
    version: int | list[int] = []
    error = ""
    try:
        library = ctypes.CDLL(resolve(soname, search))
        version = _ask(library, ask, symbol) if ask else []
    except (OSError, AttributeError) as problem:
        error = str(problem)
    path = mapped_file(soname)
    return {"path": path, "version": version, "error": error, "others": sorted(copies - {path})}


def _open_parts(parts: Sequence[str], search: Sequence[str]) -> list[dict[str, Any]]:
    return [_open_part(part, search) for part in parts]


def _open_part(part: str, search: Sequence[str]) -> dict[str, Any]:
    try:
        ctypes.CDLL(resolve(part, search))
    except OSError as error:
        return {"error": str(error), "path": None}
    return {"error": None, "path": mapped_file(part)}


def resolve(soname: str, search: Sequence[str]) -> str:
    """What to hand to dlopen so that it takes the file that TensorFlow would get.

    Args:
        soname: What TensorFlow asks for.
        search: LD_LIBRARY_PATH, then the RUNPATH of the calling library, in the order of ld.so(8).
    """
    if mapped_file(soname):
        return soname  # a library of that soname is there already, and the loader takes it
    for folder in search:
        candidate = os.path.join(folder or ".", soname)
        if os.path.exists(candidate):
            return os.path.abspath(candidate)
    return soname


def mapped_file(soname: str) -> str | None:
    """The file behind a library of this process: the sixth field of /proc/self/maps, proc_pid_maps(5)."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and os.path.basename(fields[5]).startswith(soname):
            return fields[5]
    return None


def _ask(library: ctypes.CDLL, ask: str, symbol: str) -> int | list[int]:
    function = getattr(library, symbol)
    if ask == "returned":
        function.restype = ctypes.c_size_t
        return int(function())
    if ask == "property":
        return [_written(partial(function, part)) for part in range(3)]
    if ask == "pair":
        major, minor = ctypes.c_int(), ctypes.c_int()
        function(ctypes.byref(major), ctypes.byref(minor))
        return [major.value, minor.value]
    return _written(function)


def _written(call: Callable[[Any], int]) -> int:
    number = ctypes.c_int(-1)
    if code := call(ctypes.byref(number)):
        raise OSError(f"{getattr(call, '__name__', 'the library')} gives error {code}")
    return number.value


def read_runpath(path: Path) -> list[str]:
    """Where a library wants the loader to look for what it opens: DT_RUNPATH, or DT_RPATH of old.

    Args:
        path: A 64-bit little-endian ELF file. Its program headers are read, not its sections, which stripping
            removes (ELF specification, part 2).

    Returns:
        Folders, `$ORIGIN` replaced; none when it has no such entry.
    """
    load, dynamic, strings, runpath = 1, 2, 5, (29, 15)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as elf:
        (table,) = struct.unpack_from("<Q", elf, 32)
        size, count = struct.unpack_from("<HH", elf, 54)
        headers = [struct.unpack_from("<IIQQQQ", elf, table + number * size) for number in range(count)]
        segments = [(address, at, length) for kind, _, at, address, _, length in headers if kind == load]
        entries: dict[int, int] = {}
        for kind, _, at, _, _, length in headers:
            if kind == dynamic:
                entries = dict(struct.iter_unpack("<QQ", elf[at : at + length - length % 16]))
        start = next((entries[tag] for tag in runpath if tag in entries), None)
        if start is None:
            return []
        base, at = next(
            (base, at) for base, at, length in segments if base <= entries[strings] < base + length
        )
        first = entries[strings] - base + at + start
        text = elf[first : elf.find(b"\0", first)].decode()
    origin = str(path.parent)
    folders = [
        entry.replace("$ORIGIN", origin).replace("${ORIGIN}", origin) for entry in text.split(":") if entry
    ]
    return list(dict.fromkeys(folders))


_CAPABILITY_MAJOR, _CAPABILITY_MINOR = 75, 76  # CUdevice_attribute in cuda.h


def _child_driver(question: Any, steps: Steps) -> None:
    cuda = steps.run("load", lambda: ctypes.CDLL("libcuda.so.1"), lambda _: mapped_file("libcuda.so"))
    if cuda is None:
        return
    steps.run("driver version", lambda: _written(cuda.cuDriverGetVersion))
    code = steps.run("init", lambda: int(cuda.cuInit(0)))
    if code:
        steps.run("error name", partial(_error_name, cuda, code))
    elif code == 0 and question["devices"]:
        gpus = steps.run("devices", partial(_count_gpus, cuda))
        if gpus:
            steps.run("contexts", lambda: [_use(cuda, number) for number in range(len(gpus))])


def _count_gpus(cuda: ctypes.CDLL) -> list[dict[str, Any]]:
    return [_describe(cuda, number) for number in range(_written(cuda.cuDeviceGetCount))]


def _describe(cuda: ctypes.CDLL, number: int) -> dict[str, Any]:
    device = _written(lambda at: cuda.cuDeviceGet(at, number))
    name, memory = ctypes.create_string_buffer(256), ctypes.c_size_t()
    cuda.cuDeviceGetName(name, len(name), device)
    cuda.cuDeviceTotalMem_v2(ctypes.byref(memory), device)
    capability = [
        _written(lambda at: cuda.cuDeviceGetAttribute(at, _CAPABILITY_MAJOR, device)),
        _written(lambda at: cuda.cuDeviceGetAttribute(at, _CAPABILITY_MINOR, device)),
    ]
    return {"name": name.value.decode("utf-8", "replace"), "capability": capability, "memory": memory.value}


def _use(cuda: ctypes.CDLL, number: int) -> dict[str, Any]:
    """A context on one GPU, and 1 MiB of its memory, given back at once."""
    context, pointer = ctypes.c_void_p(), ctypes.c_uint64()
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    calls: tuple[tuple[str, Callable[[], int]], ...] = (
        (
            "cuDevicePrimaryCtxRetain",
            lambda: int(cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), number)),
        ),
        ("cuCtxSetCurrent", lambda: int(cuda.cuCtxSetCurrent(context))),
        ("cuMemGetInfo", lambda: int(cuda.cuMemGetInfo_v2(ctypes.byref(free), ctypes.byref(total)))),
        ("cuMemAlloc", lambda: int(cuda.cuMemAlloc_v2(ctypes.byref(pointer), ctypes.c_size_t(2**20)))),
        ("cuMemFree", lambda: int(cuda.cuMemFree_v2(pointer))),
        ("cuDevicePrimaryCtxRelease", lambda: int(cuda.cuDevicePrimaryCtxRelease_v2(number))),
    )
    for name, call in calls:
        if code := call():
            return {
                "gpu": number,
                "call": name,
                "code": code,
                "name": _error_name(cuda, code),
                "free": free.value,
            }
    return {"gpu": number, "call": "", "code": 0, "name": "", "free": free.value}


def _error_name(cuda: ctypes.CDLL, code: int) -> str:
    name = ctypes.c_char_p()
    cuda.cuGetErrorName(code, ctypes.byref(name))
    return (name.value or b"").decode("ascii", "replace")


def _child_nvml(question: Any, steps: Steps) -> None:
    nvml = steps.run(
        "load", lambda: ctypes.CDLL("libnvidia-ml.so.1"), lambda _: mapped_file("libnvidia-ml.so")
    )
    if nvml is None or steps.run("init", lambda: int(nvml.nvmlInit_v2())) != 0:
        return
    version = ctypes.create_string_buffer(96)
    nvml.nvmlSystemGetDriverVersion(version, len(version))
    steps.run("driver", lambda: version.value.decode("ascii", "replace"))
    steps.run("count", lambda: _written(nvml.nvmlDeviceGetCount_v2))


def _child_work(question: Any, steps: Steps) -> None:
    tf = steps.run("import", _import_tensorflow, _build)
    if tf is None:
        return
    gpus = steps.run(
        "list",
        lambda: tf.config.list_physical_devices("GPU"),
        lambda found: [_detail(tf, one) for one in found],
    )
    if not gpus:
        return
    steps.run("growth", lambda: _grow(tf, gpus))
    if not question["work"]:
        return
    devices = steps.run("devices", lambda: start_devices(tf))
    for device in devices or ():
        steps.run(f"convolution {device}", partial(convolve, tf, device))
        steps.run(f"fused {device}", partial(convolve_fused, tf, device))
        steps.run(f"agreement {device}", partial(compare, tf, device))
        steps.run(f"memory {device}", partial(measure_memory, tf, device))


def _detail(tf: Any, gpu: Any) -> dict[str, Any]:
    details = tf.config.experimental.get_device_details(gpu)
    return {
        "device": gpu.name.removeprefix("/physical_device:"),
        "name": details.get("device_name", ""),
        "capability": list(details.get("compute_capability", ())),
    }


def _grow(tf: Any, gpus: Sequence[Any]) -> list[bool]:
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    return [bool(tf.config.experimental.get_memory_growth(gpu)) for gpu in gpus]


def start_devices(tf: Any) -> list[str]:
    """Starts every GPU; after this an operation runs where it is told to, or fails.

    Soft placement, which is on by default, would quietly compute on the CPU. TF32, likewise, would round what
    the CPU is compared with.

    Returns:
        `GPU:0`, `GPU:1`, …
    """
    tf.config.set_soft_device_placement(False)
    tf.config.experimental.enable_tensor_float_32_execution(False)
    return [gpu.name.removeprefix("/device:") for gpu in tf.config.list_logical_devices("GPU")]


def _ones(tf: Any) -> tuple[Any, Any]:
    return tf.ones((1, 8, 8, 3)), tf.ones((3, 3, 3, 2))


def convolve(tf: Any, device: str) -> dict[str, Any]:
    """Ones convolved with 3 × 3 × 3 ones: 27.0 everywhere. A product of matrices would not use cuDNN."""
    with tf.device(f"/device:{device}"):
        image, kernel = _ones(tf)
        result = tf.nn.conv2d(image, kernel, strides=1, padding="VALID")
    values = sorted({float(value) for value in result.numpy().flat})
    return {"values": values, "device": result.device, "told": f"{values[0]}"}


def convolve_fused(tf: Any, device: str) -> dict[str, Any]:
    """The same with bias and relu, compiled by XLA, which makes one call to cuDNN of it."""

    def compute(image: Any, kernel: Any, bias: Any) -> Any:
        return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(image, kernel, strides=1, padding="VALID"), bias))

    with tf.device(f"/device:{device}"):
        image, kernel = _ones(tf)
        result = tf.function(compute, jit_compile=True)(image, kernel, tf.constant([-30.0, 1.5]))
    values = sorted({float(value) for value in result.numpy().flat})
    return {"values": values, "device": result.device, "told": " and ".join(map(str, values))}


def compare(tf: Any, device: str) -> dict[str, Any]:
    """A small network on a device and on the CPU: how far the results lie apart."""
    with tf.device("/device:CPU:0"):
        shapes = ((2, 33, 33, 8), (3, 3, 8, 16), (16,), (3, 3, 16, 1), (16, 10))
        weights = [tf.random.stateless_normal(shape, seed=(7, number)) for number, shape in enumerate(shapes)]

    def compute() -> Any:
        image, kernel, bias, depthwise, dense = weights
        layer = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(image, kernel, strides=2, padding="SAME"), bias))
        layer = tf.nn.depthwise_conv2d(layer, depthwise, strides=(1, 1, 1, 1), padding="SAME")
        layer = tf.nn.max_pool2d(layer, ksize=2, strides=2, padding="VALID")
        return tf.linalg.matmul(tf.reduce_mean(layer, axis=(1, 2)), dense)

    with tf.device(f"/device:{device}"):
        there = compute()
    with tf.device("/device:CPU:0"):
        here = compute()
    apart = abs(there.numpy() - here.numpy())
    difference, scale = float(apart.max()), float(abs(here.numpy()).max())
    return {
        "difference": difference,
        "scale": scale,
        "device": there.device,
        "told": f"{difference / scale:.1g}",
    }


def measure_memory(tf: Any, device: str) -> dict[str, Any]:
    """The most memory that was in use on a device since it was started, in bytes."""
    peak = int(tf.config.experimental.get_memory_info(device)["peak"])
    return {"peak": peak, "device": device, "told": f"{peak} bytes at the peak"}


def _child_files(question: Any, steps: Steps) -> None:
    steps.run("files", lambda: _open_model(question["model"]), lambda model: f"{model.name}, {model.digest}")


def _open_model(folder: str) -> Any:
    return importlib.import_module("tfod_runtime.model").open_model(Path(folder))


_WARM_UPS, _RUNS, _LATENCY_SECONDS = 3, 30, 20.0


def _child_model(question: Any, steps: Steps) -> None:
    tf = steps.run("import", _import_tensorflow, _build)
    if tf is None:
        return
    tf.debugging.set_log_device_placement(True)
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        _grow(tf, gpus)
    model = steps.run("model", partial(_open_model, question["model"]), lambda model: model.digest)
    detector = steps.run("load", partial(_load, model), lambda _: str(model.name)) if model else None
    if model is None or detector is None:
        return
    picture = steps.run(
        "picture", partial(_picture, question["picture"], model.samples), lambda one: one.name
    )
    if picture is None:
        return
    steps.run("detect", lambda: _detect(detector, picture), _tell_detections)
    steps.run("latency", lambda: _time(lambda: _detect(detector, picture)))
    if gpus:
        steps.run("peak", lambda: int(tf.config.experimental.get_memory_info("GPU:0")["peak"]))


def _load(model: Any) -> Any:
    limits = importlib.import_module("tfod_runtime.detections").Limits(min_score=0.05)
    # As it is: TensorFlow's Python tells where each operation runs, and how much memory that took.
    return importlib.import_module("tfod_runtime.saved_model").load_saved_model(model, limits)


def _detect(detector: Any, picture: Any) -> Sequence[Any]:
    (found,) = detector.detect_batch([picture])
    if isinstance(found, Exception):
        raise found
    return list(found)


def _picture(path: str | None, samples: Path) -> Any:
    decode = importlib.import_module("tfod_runtime.decode")
    found = (
        [Path(path)]
        if path
        else sorted(sample for sample in samples.glob("*") if sample.suffix.lower() in decode.SUFFIXES)
    )
    if not found:
        raise FileNotFoundError(f"no picture in {samples}: name one with --picture")
    return decode.decode_picture(found[0].read_bytes(), found[0].name)


def _tell_detections(detections: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "class": one.class_id,
            "score": one.score,
            "box": [one.box.ymin, one.box.xmin, one.box.ymax, one.box.xmax],
        }
        for one in detections
    ]


def _time(act: Callable[[], object]) -> list[float]:
    """Milliseconds of up to 30 runs after three that do not count, or of as many as go into 20 seconds."""
    for _ in range(_WARM_UPS):
        act()
    end = time.monotonic() + _LATENCY_SECONDS
    runs: list[float] = []
    while len(runs) < _RUNS and (time.monotonic() < end or not runs):
        start = time.perf_counter()
        act()
        runs.append((time.perf_counter() - start) * 1000)
    return runs


CHILDREN: Mapping[str, Callable[[Any, Steps], None]] = {
    "wheel": _child_wheel,
    "libraries": _child_libraries,
    "driver": _child_driver,
    "nvml": _child_nvml,
    "work": _child_work,
    "files": _child_files,
    "model": _child_model,
}
"""What `run_child` runs, by name."""


def answer(name: str, descriptor: str, question: str) -> None:
    """What a child does.

    Args:
        name: A key of `CHILDREN`.
        descriptor: The open file for the answers.
        question: JSON for the function of that name.
    """
    with os.fdopen(int(descriptor), "w") as stream:
        CHILDREN[name](json.loads(question), Steps(stream))


# ------------------------------------------------------------------------------------------ the command line


def main(argv: Sequence[str] | None = None) -> int:
    """Probes this container and prints the report as one JSON document.

    Args:
        argv: The arguments; those of the process when left out.

    Returns:
        0, whatever the verdict is.
    """
    options = parse_options(sys.argv[1:] if argv is None else argv, os.environ)
    report = probe(
        options, Surroundings(dict(os.environ)), lambda line: print(line, file=sys.stderr, flush=True)
    )
    json.dump(report.document(), sys.stdout, indent=2)
    print(flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
