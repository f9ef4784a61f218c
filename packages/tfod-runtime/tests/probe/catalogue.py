"""What can go wrong with a GPU image: how each failure is made, and what the probe must say of it.

`id` is the first check that fails, which is the one that is named as the cause.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from probe.an_image import KERNEL, T4, TAG, Image
from tfod_runtime.probe import Owner, Status

Spoil = Callable[[Image], object]


@dataclass(frozen=True)
class Failure:
    """One way to fail.

    Attributes:
        name: In words.
        spoil: Does it to an image that is whole.
        id: The finding that names it.
        owner: Whose it is.
        status: `warn` for what only may become a failure.
        says: What the finding's `found` or `hint` must hold.
        options: What the probe is asked for.
    """

    name: str
    spoil: Spoil
    id: str
    owner: Owner
    status: Status = "fail"
    says: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def _variables(**values: str) -> Spoil:
    return lambda image: image.environment.update(values)


def _library(name: str, *version: int) -> Spoil:
    return lambda image: image.put(name, version)


def _without(path: str) -> Spoil:
    return lambda image: (image.site / path).unlink()


def _attached(spoil: Spoil) -> Spoil:
    return lambda image: spoil(image.attach())


def _says(**values: str) -> Spoil:
    """TensorFlow on paper answers as these variables tell it."""
    return _attached(_variables(**{f"PAPER_{name}": value for name, value in values.items()}))


def _driver_says(**values: str) -> Spoil:
    return _attached(_variables(**{f"STUB_{name}": value for name, value in values.items()}))


# -------------------------------------------------------------------------------------------- TensorFlow


def _no_tensorflow(image: Image) -> None:
    shutil.rmtree(image.site / "tensorflow")
    shutil.rmtree(next(image.site.glob("*.dist-info")))


def _another_python(image: Image) -> None:
    other = image.root / "lib" / "python3.9" / "site-packages"
    other.mkdir(parents=True)
    for path in (image.site / "tensorflow", next(image.site.glob("*.dist-info"))):
        path.rename(other / path.name)


def _wheel_of_another_python(image: Image) -> None:
    wheel = next(image.site.glob("*.dist-info")) / "WHEEL"
    wheel.write_text(wheel.read_text().replace(TAG, "cp39"))


def _both_wheels(image: Image) -> None:
    image.describe("tensorflow-cpu", "2.21.0", f"{TAG}-{TAG}-manylinux_2_27_{os.uname().machine}", [])


def _shadowed_import(image: Image) -> None:
    package = image.root / "app" / "tensorflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('a folder of the service')\n")
    image.environment["PYTHONPATH"] = str(package.parent)


# ---------------------------------------------------------------------------------------- CUDA libraries


def _off_the_loaders_path(image: Image) -> None:
    """cuSOLVER, which the wheel of TensorFlow 2.21 forgets in its RUNPATH."""
    framework = image.site / "tensorflow" / "libtensorflow_framework.so.2"
    folders = [path for path in sorted((image.site / "nvidia").glob("*/lib")) if "cusolver" not in str(path)]
    known = [
        folder for folder in folders if "cuda_nvrtc" not in str(folder) and "nvjitlink" not in str(folder)
    ]
    runpath = ":".join(f"$ORIGIN/../nvidia/{folder.parent.name}/lib" for folder in known)
    library = image.compiler.library("cuda_library.c", framework.name, f"-Wl,-rpath,{runpath}")
    shutil.copyfile(library, framework)


def _truncated(image: Image) -> None:
    library = image.folder_of("cublas") / "libcublas.so.12"
    library.write_bytes(library.read_bytes()[:300])


def _cudnn_of_the_next_major(image: Image) -> None:
    image.put("cudnn", (10, 0, 0))


def _mixed_cudnn(image: Image) -> None:
    image.put("cudnn_ops", (), at=image.root / "elsewhere")
    image.environment["LD_LIBRARY_PATH"] = str(image.root / "elsewhere")


def _shadowed(*version: int) -> Spoil:
    def spoil(image: Image) -> None:
        shadow = image.root / "shadow"
        shadow.mkdir()
        for name in ("cudnn", "nvrtc"):
            for library in image.folder_of(name).iterdir():
                shutil.copyfile(library, shadow / library.name)
        image.put("cudnn", version, at=shadow)
        image.environment["LD_LIBRARY_PATH"] = str(shadow)

    return spoil


# ---------------------------------------------------------------------------------------- the compiler


def _ptxas_of_another_machine(image: Image) -> None:
    image.ptxas((12, 5, 82)).write_bytes(b"\x7fELF\x02\x01\x01 of another processor")


# ----------------------------------------------------------------------------- drivers that are baked in


def _stub_libcuda(image: Image) -> None:
    stubs = image.driver(image.root / "usr" / "local" / "cuda" / "lib64" / "stubs", "12.5")
    image.environment |= {"LD_LIBRARY_PATH": str(stubs), "STUB_INIT": "34"}


def _libcuda_of_a_host(image: Image) -> None:
    image.environment["LD_LIBRARY_PATH"] = str(image.driver(image.root / "usr" / "lib64", "535.104.05"))
    image.environment["STUB_INIT"] = "100"


def _compatibility_package(image: Image) -> None:
    compat = image.driver(image.root / "usr" / "local" / "cuda" / "compat", "555.42.06")
    image.environment |= {"LD_LIBRARY_PATH": str(compat), "STUB_INIT": "803"}


def _left_behind(image: Image) -> None:
    (image.host / "lib" / "libnvidia-ml.so.535.104.05").touch()


# ------------------------------------------------------------------------------------------ at the driver


def _no_gpu_request(image: Image) -> None:
    image.environment["NVIDIA_VISIBLE_DEVICES"] = "all"


def _no_compute_capability(image: Image) -> None:
    image.attach()
    (image.host / "driver" / "libcuda.so.1").unlink()


def _closed_node(image: Image) -> None:
    image.attach()
    node = image.host / "dev" / "nvidia0"
    node.unlink()
    node.symlink_to(node)  # opening it fails, for root too


def _module(version: str) -> Spoil:
    def spoil(image: Image) -> None:
        image.attach()
        (image.host / "proc" / "driver" / "nvidia" / "version").write_text(KERNEL.format(version))

    return spoil


def _old_driver(image: Image) -> None:
    image.attach().environment |= {"STUB_DRIVER_VERSION": "12000", "STUB_NVML_DRIVER": "515.48.07"}


def _module_of_another_version(image: Image) -> None:
    _module("550.90.07")(image)
    image.environment |= {"STUB_INIT": "803", "STUB_NVML": "18"}


def _compatibility_on_a_geforce(image: Image) -> None:
    """cuda-compat of the image before the libcuda that the engine brings."""
    image.attach()
    compat = image.driver(image.root / "usr" / "local" / "cuda" / "compat", "570.86.10")
    image.environment["LD_LIBRARY_PATH"] = f"{compat}:{image.environment['LD_LIBRARY_PATH']}"
    image.environment["STUB_INIT"] = "804"


def _no_unified_memory(image: Image) -> None:
    image.attach().environment["STUB_INIT"] = "999"
    (image.host / "dev" / "nvidia-uvm").unlink()


def _gpu(described: str) -> Spoil:
    return lambda image: image.attach(described)


def _second_gpu_fails(image: Image) -> None:
    image.attach(f"{T4};{T4}").environment |= {"PAPER_CONVOLUTION": "zero", "PAPER_ON": "1"}


_CUDNN = (
    "Loaded runtime CuDNN library: 9.1.0 but source was compiled with: 9.3.0.  CuDNN library needs to have "
    "matching major version and equal or higher minor version. DNN library initialization failed."
)
_CAPABILITY = (
    "Ignoring visible gpu device (device: 0, name: Tesla K80) with Cuda compute capability 3.7. "
    "The minimum required Cuda capability is 6.0."
)
_DLOPEN = (
    "W0000 00:00:1 gpu_device.cc:2342] Cannot dlopen some GPU libraries. Skipping registering GPU devices..."
)
_QUICK = {"timeout": 2.0}

FAILURES = (
    Failure("no TensorFlow", _no_tensorflow, "image.tensorflow", "image"),
    Failure(
        "tensorflow and tensorflow-cpu", _both_wheels, "image.tensorflow", "image", says="tensorflow-cpu"
    ),
    Failure(
        "a folder called tensorflow before it", _shadowed_import, "image.tensorflow", "image", says="/app/"
    ),
    Failure("site-packages of another Python", _another_python, "image.python", "image", says="python3.9"),
    Failure("a wheel for another Python", _wheel_of_another_python, "image.python", "image", says="cp39"),
    Failure(
        "another TensorFlow than the lock's",
        _variables(),
        "image.tensorflow-version",
        "image",
        says="2.21.0",
        options={"expect_tensorflow": (2, 20, 0)},
    ),
    Failure(
        "a processor without AVX",
        _variables(PAPER_IMPORT="illegal"),
        "image.tensorflow-import",
        "host",
        says="AVX",
    ),
    Failure(
        "an import that aborts",
        _variables(PAPER_IMPORT="abort"),
        "image.tensorflow-import",
        "image",
        says="SIGABRT",
    ),
    Failure(
        "an import that hangs",
        _variables(PAPER_IMPORT="hang"),
        "image.tensorflow-import",
        "image",
        says="no answer within 2 s",
        options=_QUICK,
    ),
    Failure(
        "an old C library",
        _variables(
            PAPER_IMPORT="libm.so.6: version `GLIBC_2.27' not found (required by libtensorflow_cc.so.2)"
        ),
        "image.tensorflow-import",
        "image",
        says="C library",
    ),
    Failure(
        "OpenCV with a window system",
        _variables(PAPER_IMPORT="libGL.so.1: cannot open shared object file: No such file or directory"),
        "image.tensorflow-import",
        "image",
        says="opencv-python-headless",
    ),
    Failure(
        "cuBLAS is missing",
        _without("nvidia/cublas/lib/libcublas.so.12"),
        "image.libraries",
        "image",
        says="nvidia-cublas-cu12",
    ),
    Failure(
        "a library off the loader's path",
        _off_the_loaders_path,
        "image.libraries",
        "image",
        says="ld.so.conf.d",
    ),
    Failure("a library that is cut short", _truncated, "image.libraries", "image", says="libcublas.so.12"),
    Failure(
        "a library that aborts",
        lambda image: image.put("cusolver", (11, 6), "-DDIES"),
        "image.libraries",
        "image",
        says="libcusolver.so.11",
    ),
    Failure(
        "a library that hangs",
        lambda image: image.put("cudnn", (9, 3), "-DHANGS"),
        "image.libraries",
        "image",
        says="libcudnn.so.9",
        options=_QUICK,
    ),
    Failure(
        "NCCL is missing",
        _without("nvidia/nccl/lib/libnccl.so.2"),
        "image.libraries",
        "image",
        "warn",
        says="several GPUs",
    ),
    Failure(
        "the profiler's library is missing",
        _without("nvidia/cuda_cupti/lib/libcupti.so.12"),
        "image.libraries",
        "image",
        "warn",
    ),
    Failure("cuDNN 9.1", _library("cudnn", 9, 1, 0), "image.cudnn-version", "image", says="9.1.0"),
    Failure(
        "cuDNN of another major", _cudnn_of_the_next_major, "image.cudnn-version", "image", says="10.0.0"
    ),
    Failure("CUDA 12.3", _library("cudart", 12, 3), "image.cudart-version", "image", says="12.3"),
    Failure("cuBLAS 12.3", _library("cublas", 12, 3, 4), "image.cublas-version", "image", says="12.3.4"),
    Failure("cuFFT 11.0", _library("cufft", 11, 0, 12), "image.cufft-version", "image"),
    Failure("cuSOLVER 11.5", _library("cusolver", 11, 5, 4), "image.cusolver-version", "image"),
    Failure("cuSPARSE 12.2", _library("cusparse", 12, 2, 0), "image.cusparse-version", "image"),
    Failure("NCCL 2.21", _library("nccl", 2, 21, 5), "image.nccl-version", "image", "warn", says="2.21.5"),
    Failure("NVRTC 12.3", _library("nvrtc", 12, 3), "image.nvrtc-version", "image", "warn"),
    Failure("nvJitLink 12.3", _library("nvjitlink", 12, 3), "image.nvjitlink-version", "image"),
    Failure("cuDNN 9.5", _library("cudnn", 9, 5, 1), "image.cudnn-known-bad", "image", says="6418"),
    Failure(
        "cuDNN in part",
        _without("nvidia/cudnn/lib/libcudnn_cnn.so.9"),
        "image.cudnn-parts",
        "image",
        says="libcudnn_cnn.so.9",
    ),
    Failure("parts of two cuDNN", _mixed_cudnn, "image.cudnn-parts", "image", says="is not beside"),
    Failure(
        "LD_LIBRARY_PATH with an old cuDNN", _shadowed(9, 1, 0), "image.library-path", "image", says="hides"
    ),
    Failure("LD_LIBRARY_PATH with a newer cuDNN", _shadowed(9, 8, 0), "image.library-path", "image", "warn"),
    Failure(
        "a colon too many",
        _variables(LD_LIBRARY_PATH="/usr/lib64:"),
        "image.library-path",
        "image",
        "warn",
        says="current directory",
    ),
    Failure("no ptxas", _without("nvidia/cuda_nvcc/bin/ptxas"), "image.ptxas", "image", says="no ptxas"),
    Failure("a ptxas that does not run", _ptxas_of_another_machine, "image.ptxas", "image", says="OSError"),
    Failure("ptxas 12.3.103", lambda image: image.ptxas((12, 3, 103)), "image.ptxas", "image"),
    Failure("ptxas 12.0", lambda image: image.ptxas((12, 0, 140)), "image.ptxas", "image", "warn"),
    Failure(
        "no libdevice",
        _without("nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc"),
        "image.libdevice",
        "image",
    ),
    Failure(
        "NVIDIA_VISIBLE_DEVICES is empty",
        _variables(NVIDIA_VISIBLE_DEVICES=""),
        "image.visible-devices",
        "image",
    ),
    Failure(
        "NVIDIA_VISIBLE_DEVICES is void",
        _variables(NVIDIA_VISIBLE_DEVICES="void"),
        "image.visible-devices",
        "image",
    ),
    Failure(
        "NVIDIA_VISIBLE_DEVICES is not set",
        lambda image: image.environment.pop("NVIDIA_VISIBLE_DEVICES"),
        "image.visible-devices",
        "image",
        "warn",
    ),
    Failure(
        "capabilities without compute",
        _variables(NVIDIA_DRIVER_CAPABILITIES="utility,video"),
        "image.driver-capabilities",
        "image",
    ),
    Failure(
        "CUDA_VISIBLE_DEVICES hides all",
        _variables(CUDA_VISIBLE_DEVICES="-1"),
        "image.cuda-visible-devices",
        "image",
    ),
    Failure("the stub libcuda in the image", _stub_libcuda, "image.driver-baked", "image", says="stub"),
    Failure(
        "a host's libcuda in the image", _libcuda_of_a_host, "image.driver-baked", "image", says="535.104.05"
    ),
    Failure("cuda-compat on the path", _compatibility_package, "image.driver-baked", "image", says="compat"),
    Failure("a driver's file left behind", _left_behind, "image.driver-baked", "image", says="libnvidia-ml"),
    Failure(
        "a fleet with RTX 5090",
        _variables(),
        "image.targets",
        "image",
        says="CUDA_ERROR_INVALID_PTX",
        options={"targets": (("rtx-5090", (12, 0)),)},
    ),
    Failure(
        "a fleet with K80",
        _variables(),
        "image.targets",
        "image",
        says="ignores",
        options={"targets": (("t4", (7, 5)), ("k80", (3, 7)))},
    ),
    Failure(
        "a fleet with driver 515",
        _variables(),
        "image.driver-minimum",
        "host",
        options={"driver": (515, 48, 7)},
    ),
    Failure(
        "no GPU request",
        _no_gpu_request,
        "image.device-nodes",
        "engine",
        says="--gpus",
        options={"static": False},
    ),
    Failure(
        "no libcuda beside the devices", _no_compute_capability, "image.libcuda", "engine", says="compute"
    ),
    Failure("a node that may not be opened", _closed_node, "image.device-nodes", "engine", says="nvidia0"),
    Failure(
        "a driver for CUDA 11.4",
        _driver_says(DRIVER_VERSION="11040", NVML_DRIVER="470.82.01"),
        "image.driver-version",
        "host",
        says="470.82.01",
    ),
    Failure("driver 515 for CUDA 12", _old_driver, "image.driver-version", "host", says="515.48.07"),
    Failure(
        "an update of the driver without a reboot", _module_of_another_version, "image.driver-match", "host"
    ),
    Failure(
        "the kernel module is gone", _driver_says(NVML="9", INIT="100"), "image.nvml", "host", says="modprobe"
    ),
    Failure(
        "the GPU fell off the bus",
        _driver_says(NVML="15", INIT="999"),
        "image.nvml",
        "host",
        says="GPU_IS_LOST",
    ),
    Failure(
        "NVML's unknown error",
        _driver_says(NVML="999", INIT="304"),
        "image.nvml",
        "engine",
        says="daemon-reload",
    ),
    Failure("cuInit 34, a stub", _driver_says(INIT="34"), "image.driver-baked", "image", says="stub"),
    Failure("cuInit 100, no device", _driver_says(INIT="100"), "image.cuda-init", "engine", says="NO_DEVICE"),
    Failure("cuInit 304, EACCES", _driver_says(INIT="304"), "image.cuda-init", "engine", says="/dev/nvidia*"),
    Failure(
        "cuInit 802, no fabric manager", _driver_says(INIT="802"), "image.cuda-init", "host", says="fabric"
    ),
    Failure("cuInit 803, two drivers", _driver_says(INIT="803"), "image.cuda-init", "host", says="reboot"),
    Failure(
        "cuInit 804, of the image", _compatibility_on_a_geforce, "image.driver-baked", "image", says="compat"
    ),
    Failure(
        "cuInit 804, put there by the engine",
        _driver_says(INIT="804"),
        "image.cuda-init",
        "image",
        says="compat",
    ),
    Failure("cuInit 805, MPS", _driver_says(INIT="805"), "image.cuda-init", "host", says="MPS"),
    Failure("cuInit 999, unknown", _driver_says(INIT="999"), "image.cuda-init", "host", says="nvidia_uvm"),
    Failure(
        "cuInit 999, no nvidia-uvm", _no_unified_memory, "image.cuda-init", "host", says="modprobe nvidia_uvm"
    ),
    Failure("cuInit aborts", _driver_says(INIT="abort"), "image.cuda-init", "host", says="assertion failed"),
    Failure(
        "cuInit hangs", _driver_says(INIT="hang"), "image.cuda-init", "host", says="no answer", options=_QUICK
    ),
    Failure("one GPU of two", _gpu(T4), "image.gpus", "engine", says="Tesla T4", options={"require_gpus": 2}),
    Failure("a driver that counts none", _driver_says(GPUS=""), "image.gpus", "engine", says="none"),
    Failure(
        "a GPU too old", _gpu("Tesla K80,3,7,12000000000"), "image.compute-capability", "image", says="K80"
    ),
    Failure(
        "a GPU too new",
        _gpu("RTX 5090,12,0,32000000000"),
        "image.compute-capability",
        "image",
        "warn",
        says="5090",
    ),
    Failure(
        "no memory left on the GPU", _driver_says(ALLOC="2"), "image.cuda-context", "host", says="OUT_OF_MEM"
    ),
    Failure(
        "a GPU for one process", _driver_says(CONTEXT="46"), "image.cuda-context", "host", says="COMPUTE"
    ),
    Failure("faulty memory", _driver_says(CONTEXT="214"), "image.cuda-context", "host", says="ECC"),
    Failure(
        "TensorFlow opens not all libraries",
        _says(GPUS="", SAYS=_DLOPEN),
        "framework.gpus",
        "image",
        says="dlopen",
    ),
    Failure(
        "TensorFlow ignores an old GPU",
        _says(GPUS="", SAYS=_CAPABILITY),
        "framework.gpus",
        "framework",
        says="capability 3.7",
    ),
    Failure(
        "TensorFlow lists none and is silent", _says(GPUS=""), "framework.gpus", "framework", says="VLOG"
    ),
    Failure(
        "memory growth too late",
        _says(GROWTH="Physical devices cannot be modified after being initialized"),
        "framework.memory-growth",
        "framework",
    ),
    Failure(
        "memory growth that nobody sets",
        _attached(lambda image: image.environment.pop("TF_FORCE_GPU_ALLOW_GROWTH")),
        "framework.memory-growth",
        "image",
        "warn",
        says="takes all memory",
    ),
    Failure("a GPU that does not start", _says(START=_CUDNN), "work.convolution", "image", says="9.1.0"),
    Failure("a convolution of zeros", _says(CONVOLUTION="zero"), "work.convolution", "framework", says="0.0"),
    Failure(
        "a convolution on the CPU", _says(CONVOLUTION="cpu"), "work.convolution", "framework", says="CPU:0"
    ),
    Failure(
        "cuDNN that does not start", _says(CONVOLUTION=_CUDNN), "work.convolution", "image", says="cudnn"
    ),
    Failure(
        "a convolution that aborts",
        _says(CONVOLUTION="abort"),
        "work.convolution",
        "framework",
        says="Check failed",
    ),
    Failure(
        "a convolution that hangs",
        _says(CONVOLUTION="hang"),
        "work.convolution",
        "framework",
        says="waiting for the device",
        options=_QUICK,
    ),
    Failure(
        "kernels that the GPU does not know",
        _says(CONVOLUTION="'cuModuleLoadData(&module, data)' failed with 'CUDA_ERROR_INVALID_PTX'"),
        "work.convolution",
        "framework",
        says="newer than the wheel",
    ),
    Failure(
        "another process has the memory",
        _says(CONVOLUTION="OOM when allocating tensor with shape[1,6,6,2]"),
        "work.convolution",
        "host",
        says="nvidia-smi",
    ),
    Failure("the second GPU of two", _second_gpu_fails, "work.convolution", "framework", says="GPU:1"),
    Failure(
        "XLA without libdevice",
        _says(FUSED="INTERNAL: libdevice not found at ./libdevice.10.bc"),
        "work.fused-convolution",
        "image",
        says="XLA_FLAGS",
    ),
    Failure(
        "XLA without ptxas",
        _says(FUSED="Couldn't find a suitable version of ptxas. The following locations were considered: "),
        "work.fused-convolution",
        "image",
        says="nvidia-cuda-nvcc",
    ),
    Failure(
        "XLA and a cuDNN that fails",
        _says(FUSED="DEVICE_TYPE_INVALID in __cudnn$convBiasActivationForward"),
        "work.fused-convolution",
        "image",
        says="known-bad",
    ),
    Failure(
        "a GPU that computes otherwise", _says(NETWORK="0.5"), "work.cpu-agreement", "framework", says="0.5"
    ),
    Failure("a GPU without a trace of work", _says(PEAK="0"), "work.memory", "framework", says="no memory"),
)
"""In the order of the stages."""
