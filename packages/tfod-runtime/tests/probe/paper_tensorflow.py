"""A TensorFlow on paper, for tests that have no GPU: the builder of images installs it as `tensorflow`.

It says of its build what the real wheel says, and answers what the probe asks of it as the variables
PAPER_… tell it, in the words of the real one. It computes what the probe's formulas give and nothing else:
what it shows is how the probe judges, never that a GPU works.

    PAPER_IMPORT       how the import ends: `abort`, `hang`, `illegal`, or the message of an ImportError
    PAPER_GPUS         GPUs that it lists, `name,major,minor` each, by a semicolon
    PAPER_SAYS         what it prints to stderr when it is asked for GPUs
    PAPER_GROWTH       the message of the error when memory growth is set
    PAPER_START        the message of the error when the GPUs are started
    PAPER_CONVOLUTION  `zero`, `cpu`, `abort`, `hang`, or the message of an error; on GPU 1 with PAPER_ON=1
    PAPER_FUSED        likewise, for what XLA compiles
    PAPER_NETWORK      by how much the GPU differs from the CPU
    PAPER_PEAK         bytes of memory at the peak
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tensorflow.python.platform.build_info import build_info

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__version__ = build_info["version"]

_device = ["CPU:0"]
_compiling = [False]


class Tensor:
    """Numbers, and the device that they are said to have been computed on."""

    def __init__(self, values: NDArray[np.float64], device: str) -> None:
        self._values = values
        self.device = f"/job:localhost/replica:0/task:0/device:{device}"

    def numpy(self) -> NDArray[np.float64]:
        return self._values


def _told(name: str) -> str:
    return os.environ.get(f"PAPER_{name}", "")


def _end(how: str) -> None:
    if how == "abort":
        print("F0000 00:00:1 cuda_dnn.cc:1 Check failed: status == ok", file=sys.stderr, flush=True)
        os.abort()
    elif how == "hang":
        print("W0000 00:00:1 waiting for the device", file=sys.stderr, flush=True)
        time.sleep(600)
    elif how == "illegal":
        os.kill(os.getpid(), signal.SIGILL)
    elif how:
        raise RuntimeError(how)


def _gpus() -> list[list[str]]:
    return [one.split(",") for one in _told("GPUS").split(";") if one]


def _list(kind: str) -> list[Any]:
    print(_told("SAYS"), file=sys.stderr, flush=True)
    return [SimpleNamespace(name=f"/physical_device:{kind}:{number}") for number in range(len(_gpus()))]


def _start(kind: str) -> list[Any]:
    _end(_told("START"))
    return [SimpleNamespace(name=f"/device:{kind}:{number}") for number in range(len(_gpus()))]


def _details(gpu: Any) -> dict[str, Any]:
    name, major, minor = _gpus()[int(gpu.name.rsplit(":", 1)[1])]
    return {"device_name": name, "compute_capability": (int(major), int(minor))}


_grown: set[str] = set()


def _grow(gpu: Any, wanted: bool) -> None:
    if _told("GROWTH"):
        raise RuntimeError(_told("GROWTH"))
    if wanted:
        _grown.add(gpu.name)


def _peak(device: str) -> dict[str, int]:
    return {"current": 0, "peak": int(_told("PEAK") or 4096) if device.startswith("GPU") else 0}


def _convolve(image: object, kernel: object, strides: int, padding: str) -> Tensor:
    import numpy as np

    scenario, device = _told("FUSED" if _compiling[0] else "CONVOLUTION"), _device[0]
    if device != f"GPU:{_told('ON') or 0}":
        scenario = ""
    if scenario not in ("zero", "cpu"):
        _end(scenario)
    value = 0.0 if scenario == "zero" else 27.0
    return Tensor(np.full((1, 6, 6, 2), value), "CPU:0" if scenario == "cpu" else device)


def _bias_add(one: Tensor, bias: Any) -> Tensor:
    bias = bias.numpy()[:2] if isinstance(bias, Tensor) else bias
    return Tensor(one.numpy() + bias, one.device.rsplit("device:", 1)[1])


def _relu(one: Tensor) -> Tensor:
    import numpy as np

    return Tensor(np.maximum(one.numpy(), 0.0), one.device.rsplit("device:", 1)[1])


def _network_result(*_: object) -> Tensor:
    import numpy as np

    apart = float(_told("NETWORK") or 0) if _device[0].startswith("GPU") else 0.0
    return Tensor(np.ones((2, 10)) + apart, _device[0])


def _same(one: Tensor, *_: object, **__: object) -> Tensor:
    return one


def _filled(values: object, *_: object, **__: object) -> Tensor:
    import numpy as np

    return Tensor(np.asarray(values, float) if isinstance(values, list) else np.ones(16), _device[0])


@contextlib.contextmanager
def device(name: str) -> Iterator[None]:
    """`tf.device`."""
    before, _device[0] = _device[0], name.removeprefix("/device:")
    yield
    _device[0] = before


def function(act: Callable[..., Any], jit_compile: bool) -> Callable[..., Any]:
    """`tf.function`."""

    def compiled(*arguments: object) -> Any:
        _compiling[0] = jit_compile
        result = act(*arguments)
        _compiling[0] = False
        return result

    return compiled


ones = constant = _filled
reduce_mean = _same
random = SimpleNamespace(stateless_normal=_filled)
linalg = SimpleNamespace(matmul=_network_result)
nn = SimpleNamespace(
    conv2d=_convolve, bias_add=_bias_add, relu=_relu, depthwise_conv2d=_same, max_pool2d=_same
)
test = SimpleNamespace(is_built_with_cuda=lambda: build_info["is_cuda_build"])
sysconfig = SimpleNamespace(get_build_info=lambda: build_info)
config = SimpleNamespace(
    list_physical_devices=_list,
    list_logical_devices=_start,
    set_soft_device_placement=lambda wanted: None,
    experimental=SimpleNamespace(
        enable_tensor_float_32_execution=lambda wanted: None,
        get_device_details=_details,
        set_memory_growth=_grow,
        get_memory_growth=lambda gpu: gpu.name in _grown,
        get_memory_info=_peak,
    ),
)

if _told("IMPORT") in ("abort", "hang", "illegal"):
    _end(_told("IMPORT"))
elif _told("IMPORT"):
    raise ImportError(_told("IMPORT"))
