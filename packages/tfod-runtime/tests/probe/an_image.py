"""A folder laid out like a GPU image: a Python environment with TensorFlow and CUDA, and a driver beside it.

The libraries are real ones for the loader, compiled here, and know nothing but their versions. TensorFlow is
the one on paper (`paper_tensorflow.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

from tfod_runtime.probe import CUDNN_PARTS, Options, Report, Surroundings, probe

HERE = Path(__file__).parent
MATRIX = Path(__file__).parents[3] / "tfod" / "data" / "compat.json"
COMPILER = shutil.which("cc")

PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"
TAG = f"cp{sys.version_info[0]}{sys.version_info[1]}"
DRIVER = "550.54.15"
KERNEL = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  {}  Tue Mar  5 22:23:56 UTC 2024\n"
T4 = "Tesla T4,7,5,16106127360"

Version = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A library of CUDA: where its wheel puts it, and how it is asked for its version."""

    folder: str
    soname: str
    ask: str = ""
    symbol: str = ""
    package: str = ""
    weight: int = 0


PARTS: Mapping[str, Part] = {
    "cudart": Part(
        "cuda_runtime", "libcudart.so.12", "WRITTEN", "cudaRuntimeGetVersion", "cuda-runtime", 1000
    ),
    "cublas": Part("cublas", "libcublas.so.12", "PROPERTY", "cublasGetProperty", "cublas"),
    "cublasLt": Part("cublas", "libcublasLt.so.12", "PROPERTY", "cublasLtGetProperty", "cublas"),
    "cufft": Part("cufft", "libcufft.so.11", "PROPERTY", "cufftGetProperty", "cufft"),
    "cusolver": Part("cusolver", "libcusolver.so.11", "PROPERTY", "cusolverGetProperty", "cusolver"),
    "cusparse": Part("cusparse", "libcusparse.so.12", "PROPERTY", "cusparseGetProperty", "cusparse"),
    "cudnn": Part("cudnn", "libcudnn.so.9", "RETURNED", "cudnnGetVersion", "cudnn", 10000),
    "nccl": Part("nccl", "libnccl.so.2", "WRITTEN", "ncclGetVersion", "nccl", 10000),
    "nvrtc": Part("cuda_nvrtc", "libnvrtc.so.12", "PAIR", "nvrtcVersion", "cuda-nvrtc"),
    "nvjitlink": Part("nvjitlink", "libnvJitLink.so.12", "PAIR", "nvJitLinkVersion", "nvjitlink"),
    "cupti": Part("cuda_cupti", "libcupti.so.12"),
    **{f"cudnn_{part}": Part("cudnn", f"libcudnn_{part}.so.9") for part in CUDNN_PARTS},
}


OPENERS = {"cudnn_engines_runtime_compiled": "cuda_nvrtc", "cusparse": "nvjitlink"}
"""Libraries that open another one, and the wheel in which they look for it with their RUNPATH."""


def pins(minor: str) -> dict[str, Version]:
    """The oldest CUDA libraries of a TensorFlow minor, by package name without nvidia- and -cu12."""
    releases = json.loads(MATRIX.read_text())["releases"]
    (found,) = (one["and_cuda_extra"]["pins"] for one in releases if one["tf_minor"] == minor)
    return {
        name.removeprefix("nvidia-").removesuffix("-cu12"): tuple(
            int(part) for part in pin.split(",")[0].lstrip(">=").split(".")
        )
        for name, pin in found.items()
    }


@dataclass(frozen=True)
class Compiler:
    """Compiles the stand-ins, each once."""

    cache: Path

    def library(self, source: str, soname: str, *flags: str) -> Path:
        """A shared library from a file in `stub_driver/`."""
        name = hashlib.sha256(repr((source, soname, flags)).encode()).hexdigest()[:16]
        target = self.cache / f"{name}.so"
        if not target.exists():
            begun = self.cache / f"{name}.{threading.get_ident()}"  # images are built by several threads
            command = [str(COMPILER), "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", *flags]
            source = str(HERE / "stub_driver" / source)
            subprocess.run([*command, f"-Wl,-soname,{soname}", "-o", begun, source], check=True)
            begun.rename(target)
        return target

    def part(self, name: str, version: Version, *flags: str) -> Path:
        """A library of CUDA that says it is of a version."""
        part = PARTS[name]
        if not part.ask:
            return self.library("cuda_library.c", part.soname, *flags)
        major, minor, patch = (*version, 0, 0)[:3]
        code = major * part.weight + minor * (10 if name == "cudart" else 100)
        code += 0 if name == "cudart" else patch
        numbers = {"MAJOR": major, "MINOR": minor, "PATCH": patch, "CODE": code, "SYMBOL": part.symbol}
        defines = [f"-D{key}={value}" for key, value in numbers.items()]
        return self.library("cuda_library.c", part.soname, f"-DASK_{part.ask}", *defines, *flags)


@dataclass
class Image:
    """A GPU image that is whole; the methods spoil it.

    Attributes:
        root: The environment: `bin/`, `lib/`, and `host/` for the driver's side.
        compiler: What makes the libraries.
        minor: The TensorFlow.
        environment: The variables of the container.
    """

    root: Path
    compiler: Compiler
    minor: str = "2.21"
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Path:
        """site-packages."""
        return self.root / "lib" / PYTHON / "site-packages"

    @property
    def host(self) -> Path:
        """The folder of what the host brings: `dev`, `proc`, `driver`."""
        return self.root / "host"

    def build(self) -> Image:
        """Writes the whole image, with libraries of exactly the versions that TensorFlow was built with."""
        (self.root / "bin").mkdir(parents=True)
        (self.root / "bin" / "python").symlink_to(os.path.realpath(sys.executable))
        (self.root / "pyvenv.cfg").write_text(f"home = {os.path.dirname(os.path.realpath(sys.executable))}\n")
        self.site.mkdir(parents=True)
        for needed in ("numpy", "numpy.libs"):
            source = Path(numpy.__file__).parents[1] / needed
            if source.exists():
                (self.site / needed).symlink_to(source)
        self._install_tensorflow()
        floors = pins(self.minor)
        for name, part in PARTS.items():
            self.put(name, floors.get(part.package, ()))
        self._install_nvcc(floors["cuda-nvcc"])
        self.environment = {
            "PATH": f"{self.site / 'nvidia' / 'cuda_nvcc' / 'bin'}:/usr/bin:/bin",
            "XLA_FLAGS": f"--xla_gpu_cuda_data_dir={self.site / 'nvidia' / 'cuda_nvcc'}",
            "NVIDIA_VISIBLE_DEVICES": "all",
            "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        }
        for folder in ("dev", "proc/self", "lib"):
            (self.host / folder).mkdir(parents=True)
        return self

    def _install_tensorflow(self) -> None:
        package = self.site / "tensorflow"
        (package / "python" / "platform").mkdir(parents=True)
        shutil.copyfile(HERE / "paper_tensorflow.py", package / "__init__.py")
        for folder in ("python", "python/platform"):
            (package / folder / "__init__.py").touch()
        built = [
            ("version", f"{self.minor}.0"),
            ("cuda_compute_capabilities", ["sm_60", "sm_70", "sm_80", "sm_89", "compute_90"]),
            ("cuda_version", "12.5.1"),
            ("cudnn_version", "9"),
            ("is_cuda_build", True),
        ]
        (package / "python" / "platform" / "build_info.py").write_text(
            f"import collections\n\nbuild_info = collections.OrderedDict({built!r})\n"
        )
        folders = dict.fromkeys(one.folder for one in PARTS.values() if one.folder not in OPENERS.values())
        runpath = ":".join(f"$ORIGIN/../nvidia/{folder}/lib" for folder in folders)
        framework = self.compiler.library(
            "cuda_library.c", "libtensorflow_framework.so.2", f"-Wl,-rpath,{runpath}"
        )
        shutil.copyfile(framework, package / "libtensorflow_framework.so.2")
        requires = [
            f'nvidia-{name}-cu12>={".".join(map(str, version))}; extra == "and-cuda"'
            for name, version in pins(self.minor).items()
        ]
        self.describe(
            "tensorflow", f"{self.minor}.0", f"{TAG}-{TAG}-manylinux_2_27_{os.uname().machine}", requires
        )

    def _install_nvcc(self, version: Version) -> None:
        nvcc = self.site / "nvidia" / "cuda_nvcc"
        (nvcc / "bin").mkdir(parents=True)
        (nvcc / "nvvm" / "libdevice").mkdir(parents=True)
        (nvcc / "nvvm" / "libdevice" / "libdevice.10.bc").write_bytes(b"BC\xc0\xde")
        self.ptxas(version)

    def describe(self, name: str, version: str, tag: str, requires: list[str]) -> Path:
        """Writes what an installed wheel leaves of its metadata."""
        folder = self.site / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in requires)]
        (folder / "METADATA").write_text("Metadata-Version: 2.1\n" + "\n".join(lines) + "\n")
        (folder / "WHEEL").write_text(f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
        return folder

    def folder_of(self, name: str) -> Path:
        """Where a library's wheel puts it."""
        return self.site / "nvidia" / PARTS[name].folder / "lib"

    def put(self, name: str, version: Version, *flags: str, at: Path | None = None) -> Path:
        """Installs a library, over another one if there is one."""
        folder = at or self.folder_of(name)
        folder.mkdir(parents=True, exist_ok=True)
        if name in OPENERS:
            flags = (*flags, f"-Wl,-rpath,$ORIGIN/../../{OPENERS[name]}/lib")
        return Path(shutil.copyfile(self.compiler.part(name, version, *flags), folder / PARTS[name].soname))

    def ptxas(self, version: Version) -> Path:
        """Installs an assembler that knows its version."""
        path = self.site / "nvidia" / "cuda_nvcc" / "bin" / "ptxas"
        number = ".".join(map(str, version))
        path.write_text(f'#!/bin/sh\necho "Cuda compilation tools, release {number}, V{number}"\n')
        path.chmod(0o755)
        return path

    def attach(self, gpus: str = T4) -> Image:
        """Brings a GPU and its driver into the container, as the engine does: nodes, libraries, mounts."""
        for name in ("nvidiactl", "nvidia-uvm", "nvidia0"):
            (self.host / "dev" / name).touch()
        (self.host / "proc" / "driver" / "nvidia").mkdir(parents=True)
        (self.host / "proc" / "driver" / "nvidia" / "version").write_text(KERNEL.format(DRIVER))
        driver = self.driver(self.host / "driver", DRIVER)
        (self.host / "proc" / "self" / "mountinfo").write_text(
            f"24 1 0:22 / / rw - overlay overlay rw\n25 24 0:23 / {driver} ro - ext4 /dev/sda1 ro\n"
        )
        names = ";".join(one.rsplit(",", 1)[0] for one in gpus.split(";"))
        self.environment |= {"LD_LIBRARY_PATH": str(driver), "STUB_GPUS": gpus, "PAPER_GPUS": names}
        return self

    def driver(self, folder: Path, version: str) -> Path:
        """Writes a driver's libraries into a folder."""
        folder.mkdir(parents=True)
        for stem in ("libcuda", "libnvidia-ml"):
            library = self.compiler.library(f"{stem}.c", f"{stem}.so.1")
            shutil.copyfile(library, folder / f"{stem}.so.{version}")
            (folder / f"{stem}.so.1").symlink_to(f"{stem}.so.{version}")
        return folder

    def probe(self, **options: Any) -> Report:
        """What the probe says of this image; `static` unless something is attached or said otherwise."""
        at_hand = (self.host / "driver").exists()
        options.setdefault("static", not at_hand)
        if options["static"]:
            options.setdefault("stages", ("image",))
        around = Surroundings(
            environment=self.environment,
            python=str(self.root / "bin" / "python"),
            devices=self.host / "dev",
            proc=self.host / "proc",
            folders=(self.host / "lib",),
        )
        return probe(Options(**options), around, lambda line: None)
