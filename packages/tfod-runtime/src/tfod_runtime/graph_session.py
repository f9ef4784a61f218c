"""A frozen graph at work in TensorFlow's C library. Importing this file loads nothing of TensorFlow."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator, Mapping, Sequence
from ctypes import byref, c_int64, c_void_p
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.c_library import DTYPES, Output, buffer_of
from tfod_runtime.prepared import Prepared

_NAMES = {number: name for name, number in DTYPES.items()}
_OK = 0
_SESSIONS_PER_GPU = 2


class GraphError(RuntimeError):
    """TensorFlow refused; its own words."""


_CODES = {3: "InvalidArgumentError", 8: "ResourceExhaustedError", 12: "UnimplementedError"}
"""Python's names of what `TF_Code` (tf_status.h) says most often of a picture."""


class Graph:
    """A graph that sessions run.

    Args:
        library: What `load_library` returned.
        data: A serialized GraphDef without variables. It may be changed or dropped afterwards.
        device: Where operations are placed that do not say: `/device:GPU:1`.

    Raises:
        GraphError: When TensorFlow cannot make anything of it.
    """

    def __init__(self, library: Any, data: bytes | bytearray, device: str | None = None) -> None:
        self.library = library
        self.handle = library.TF_NewGraph()
        options = library.TF_NewImportGraphDefOptions()
        if device:
            library.TF_ImportGraphDefOptionsSetDefaultDevice(options, device.encode())
        buffer = buffer_of(data)
        with checked(library) as status:
            library.TF_GraphImportGraphDef(self.handle, byref(buffer), options, status)
        library.TF_DeleteImportGraphDefOptions(options)

    def output(self, tensor: str) -> Output:
        """A tensor by its name, `input_tensor:0`.

        Raises:
            GraphError: When there is no such operation.
        """
        name, _, index = tensor.partition(":")
        operation = self.library.TF_GraphOperationByName(self.handle, name.encode())
        if not operation:
            raise GraphError(f"the graph has no operation {name}")
        return Output(operation, int(index or 0))


class GraphSession:
    """A session over a graph, for one call at a time (`SessionPool`).

    Each call computes on the thread that makes it: on a CPU, one thread a picture gives more pictures a
    second than several threads on one.

    Args:
        graph: What it runs.
        inputs: The tensors that are fed: `input_tensor:0`.
        outputs: The tensors that are fetched, by the name that `run` gives them.
        fused: Whether the graph is as a session would make it.

    Raises:
        GraphError: When TensorFlow cannot make anything of the graph.
    """

    def __init__(
        self, graph: Graph, inputs: Sequence[str], outputs: Mapping[str, str], *, fused: bool = False
    ) -> None:
        self._library, self._names = graph.library, tuple(outputs)
        self._inputs = (Output * len(inputs))(*map(graph.output, inputs))
        self._outputs = (Output * len(outputs))(*map(graph.output, outputs.values()))
        self._run_options = run_options()
        self._session = _open(graph, session_config(fused=fused))

    def run(self, *values: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """The outputs for the inputs, in the order in which the session was told of them.

        Raises:
            GraphError: When an operation fails.
        """
        library = self._library
        fed = (c_void_p * len(values))(*(self._tensor(value) for value in values))
        fetched = (c_void_p * len(self._names))()
        options = buffer_of(self._run_options)
        try:
            with checked(library) as status:
                library.TF_SessionRun(
                    *(self._session, byref(options)),
                    *(self._inputs, fed, len(values)),
                    *(self._outputs, fetched, len(self._names)),
                    *(None, 0, None, status),
                )
            return {name: self._array(tensor) for name, tensor in zip(self._names, fetched, strict=True)}
        finally:
            for tensor in (*fed, *fetched):
                if tensor:
                    library.TF_DeleteTensor(tensor)

    def gpus(self) -> int:
        """How many GPUs TensorFlow sees."""
        library = self._library
        with checked(library) as status:
            devices = library.TF_SessionListDevices(self._session, status)
        with checked(library) as status:
            count = library.TF_DeviceListCount(devices)
            kinds = [library.TF_DeviceListType(devices, index, status) for index in range(count)]
        library.TF_DeleteDeviceList(devices)
        return kinds.count(b"GPU")

    def _tensor(self, value: NDArray[Any]) -> Any:
        library = self._library
        shape = (c_int64 * value.ndim)(*value.shape)
        tensor = library.TF_AllocateTensor(DTYPES[value.dtype.name], shape, value.ndim, value.nbytes)
        np.copyto(_view(library.TF_TensorData(tensor), value.nbytes, value.dtype, value.shape), value)
        return tensor

    def _array(self, tensor: Any) -> NDArray[Any]:
        library = self._library
        shape = tuple(library.TF_Dim(tensor, axis) for axis in range(library.TF_NumDims(tensor)))
        dtype = np.dtype(_NAMES[library.TF_TensorType(tensor)])
        return _view(library.TF_TensorData(tensor), library.TF_TensorByteSize(tensor), dtype, shape).copy()


@contextlib.contextmanager
def checked(library: Any) -> Iterator[Any]:
    """A status for one call of the library.

    Raises:
        GraphError: When the call failed.
    """
    status = library.TF_NewStatus()
    try:
        yield status
        code = library.TF_GetCode(status)
        if code != _OK:
            message = library.TF_Message(status).decode("utf-8", "replace")
            raise GraphError(f"{_CODES.get(code, f'code {code}')}: {message}")
    finally:
        library.TF_DeleteStatus(status)


def _open(graph: Graph, config: bytes) -> Any:
    library = graph.library
    options = library.TF_NewSessionOptions()
    with checked(library) as status:
        library.TF_SetConfig(options, config, len(config), status)
    with checked(library) as status:
        session = library.TF_NewSession(graph.handle, options, status)
    library.TF_DeleteSessionOptions(options)
    return session


class SessionPool:
    """Sessions over one graph, each for one call at a time; a call takes one that is free, or waits.

    TensorFlow itself allows several calls in one session at once. Its oneDNN kernels for CPUs do not: some
    keep in themselves what belongs to a call (seen with 2.21 and the demo model: other scores, a crash).

    Args:
        library: What `load_library` returned.
        data: A serialized GraphDef.
        prepared: What is said about it.
        workers: How many sessions on the CPU. Each GPU has two, so that one computes while the other copies.
    """

    def __init__(self, library: Any, data: bytes | bytearray, prepared: Prepared, workers: int = 1) -> None:
        def session(graph: Graph) -> GraphSession:
            return GraphSession(graph, [prepared.input], prepared.outputs, fused=prepared.fused)

        graph = Graph(library, data)
        first = session(graph)
        self.gpus = first.gpus()
        count = _SESSIONS_PER_GPU * self.gpus or workers
        self._free: SimpleQueue[GraphSession] = SimpleQueue()
        self._free.put(first)
        for index in range(1, count):
            device = f"/device:GPU:{index % self.gpus}" if self.gpus > 1 else None
            self._free.put(session(Graph(library, data, device) if device else graph))

    def run(self, batch: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """The outputs for one batch.

        Raises:
            GraphError: When an operation fails.
        """
        session = self._free.get()
        try:
            return session.run(batch)
        finally:
            self._free.put(session)


def _view(address: int | None, size: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if not size:
        return np.zeros(shape, dtype)
    memory = memoryview((ctypes.c_ubyte * size).from_address(address or 0))
    return np.ndarray(shape, dtype, memory)


def session_config(*, fused: bool = False) -> bytes:
    """A serialized ConfigProto (tensorflow/core/protobuf/config.proto).

    It is written by hand, for protobuf's Python takes long to load. One thread computes an operation; the
    caller's thread runs the graph (`run_options`). GPU memory grows as it is needed, and what has no GPU
    kernel runs on the CPU.

    Args:
        fused: Leave the graph as it is, for the optimizer has seen it.
    """
    gpu = _field(4, 1)  # GPUOptions.allow_growth
    common = _field(2, 1) + _field(5, 1) + _message(6, gpu) + _field(7, 1)
    # GraphOptions.rewrite_options, RewriterConfig.disable_meta_optimizer
    return common + _message(10, _message(10, _field(19, 1))) if fused else common


def run_options() -> bytes:
    """A serialized RunOptions: `inter_op_thread_pool: -1`, the caller's own thread."""
    return _field(3, 2**64 - 1)


def _field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _message(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    septets = []
    while value > 0x7F:
        septets.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*septets, value])
