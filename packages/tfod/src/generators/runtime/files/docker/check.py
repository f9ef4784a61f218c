"""Proves, while an image is built, that its TensorFlow works: ``python check.py cpu`` (or ``gpu``).

No GPU is there then. That the GPU computes is for ``gpu-verify`` to prove, in a container.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import PIL
import tensorflow as tf

# What TensorFlow opens by these names once a GPU is there; a missing one silently leaves it on the CPU.
CUDA_LIBRARIES = (
    "libcudart.so.12",
    "libcublas.so.12",
    "libcublasLt.so.12",
    "libcufft.so.11",
    "libcurand.so.10",
    "libcusolver.so.11",
    "libcusparse.so.12",
    "libcudnn.so.9",
    "libcupti.so.12",
    "libnccl.so.2",
    "libnvJitLink.so.12",
    "libnvrtc.so.12",
)
# TensorFlow 2.19 to 2.21 are built with cuDNN 9.3, and serve themselves with any 9.x that is not older.
CUDNN_AT_LEAST = 90300


def check(variant: str) -> list[str]:
    """All that is wrong with the image, as sentences."""
    wrong = [] if convolution() == 27.0 else [f"a convolution gave {convolution()}, not 27.0"]
    if tf.test.is_built_with_cuda() != (variant == "gpu"):
        wrong.append(f"this TensorFlow is built {'with' if variant == 'cpu' else 'without'} CUDA")
    return wrong + (cuda_problems() if variant == "gpu" else [])


def convolution() -> float:
    """One value of a convolution of ones with a kernel of 3 by 3 by 3 ones: 27.0."""
    compute = tf.function(lambda image, kernel: tf.nn.conv2d(image, kernel, strides=1, padding="VALID"))
    return float(compute(tf.ones((1, 8, 8, 3)), tf.ones((3, 3, 3, 1)))[0, 0, 0, 0])


def cuda_problems() -> list[str]:
    """What TensorFlow would miss on a GPU."""
    wrong = [problem for name in CUDA_LIBRARIES if (problem := load_problem(name))]
    if not wrong and (version := ctypes.CDLL("libcudnn.so.9").cudnnGetVersion()) < CUDNN_AT_LEAST:
        wrong.append(f"cuDNN {version} is older than what TensorFlow is built with, {CUDNN_AT_LEAST}")
    if shutil.which("ptxas") is None:
        wrong.append("ptxas is not on the PATH")
    return wrong


def load_problem(library: str) -> str | None:
    """The loader's words when it cannot open a library, or None."""
    try:
        ctypes.CDLL(library)
    except OSError as error:
        return str(error)
    return None


if __name__ == "__main__":
    if found := check(sys.argv[1]):
        sys.exit("\n".join(found))
    print(f"TensorFlow {tf.__version__} with Pillow {PIL.__version__} computes")
