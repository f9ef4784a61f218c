"""The ``.in`` files: what a person asks for, before a resolver turns it into a lock."""

from __future__ import annotations

from .offer import Offer, Variant

# 2.19 pins the whole CUDA 12.5 set exactly, cuDNN 9.3.0.75 included. 2.20 and 2.21 take any CUDA 12, so a
# resolver picks cuBLAS 12.9, with which cuDNN before 9.10.1 is known to fail; 2.21 also fails with 9.5.1.
# 9.24.0.43 is what AWS ships and tests with 2.21 on CUDA 12.9 (aws/deep-learning-containers#6418).
CUDNN = {"2.19": "9.3.0.75", "2.20": "9.24.0.43", "2.21": "9.24.0.43"}


# What the runtime itself imports: pixels, and the server with its pages, its metrics and its parsers.
RUNTIME = (
    "numpy",
    "pillow",
    "fastapi",
    "fastapi-offline",
    "orjson",
    "prometheus-client",
    "python-multipart",
    "simplejpeg",
    "uvicorn",
)

RAY = (
    "# What spreads detection over many machines, on top of tf.lock or gpu.lock and at their versions.",
    "fsspec",
    "ray[data]",
)


def input_text(offer: Offer, variant: Variant) -> str:
    """The text of a variant's ``.in``; raises ``KeyError`` for a minor whose cuDNN nobody chose."""
    if variant == "ray":
        return "\n".join(RAY) + "\n"
    lines = {"tf": _cpu, "gpu": _gpu, "lite": _lite}[variant](offer)
    return "\n".join([*lines, *RUNTIME]) + "\n"


def _lite(offer: Offer) -> list[str]:
    return [
        "# What the lite images install; lite.lock says how to compile it.",
        "ai-edge-litert",
        "# Later ones refuse Python 3.11 and newer, where they are not needed; uv overlooks upper bounds.",
        "backports-strenum<1.3 ; python_version >= '3.11'",
    ]


def _cpu(offer: Offer) -> list[str]:
    return [
        "# What the CPU images install; tf.lock says how to compile it.",
        f"tensorflow-cpu=={offer.tensorflow}.* ; platform_machine == 'x86_64'",
        "# On Arm there is no tensorflow-cpu: the plain wheel is built without CUDA there.",
        f"tensorflow=={offer.tensorflow}.* ; platform_machine == 'aarch64'",
    ]


def _gpu(offer: Offer) -> list[str]:
    return [
        "# What the CUDA images install (Linux x86_64 only); gpu.lock says how to compile it.",
        f"tensorflow[and-cuda]=={offer.tensorflow}.*",
        "# cuDNN must have the major version that TensorFlow was built with, and at least its minor version.",
        f"nvidia-cudnn-cu12=={CUDNN[offer.tensorflow]}",
    ]
