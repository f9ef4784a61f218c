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

_NAMES = {number: name for name, number in DTYPES.items()}
_OK = 0
_SESSIONS_PER_GPU = 2


class GraphError(RuntimeError):
    """TensorFlow refused; its own words."""


_CODES = {3: "InvalidArgumentError", 8: "ResourceExhaustedError", 12: "UnimplementedError"}
"""Python's names of what `TF_Code` (tf_status.h) says most often of a picture."""


class GraphSession:
    """A session over one graph, for one call at a time (`SessionPool`).

    Each call computes on the thread that makes it: on a CPU, one thread a picture gives more pictures a
    second than several threads on one.

    Args:
        library: What `load_library` returned.
        graph: A serialized GraphDef without variables. It may be changed or dropped afterwards.
        inputs: The tensors that are fed: `input_tensor:0`.
        outputs: The tensors that are fetched, by the name that `run` gives them.
        device: Where operations are placed that do not say: `/device:GPU:1`.

    Raises:
        GraphError: When TensorFlow cannot make anything of the graph.
    """

    def __init__(
        self,
        library: Any,
        graph: bytes | bytearray,
        inputs: Sequence[str],
        outputs: Mapping[str, str],
        device: str | None = None,
    ) -> None:
        self._library, self._names = library, tuple(outputs)
        self._graph = library.TF_NewGraph()
        self._import(graph, device)
        self._inputs = (Output * len(inputs))(*map(self._output, inputs))
        self._outputs = (Output * len(outputs))(*map(self._output, outputs.values()))
        self._run_options = run_options()
        self._session = self._open()

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
            with self._status() as status:
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
        with self._status() as status:
            devices = library.TF_SessionListDevices(self._session, status)
        with self._status() as status:
            count = library.TF_DeviceListCount(devices)
            kinds = [library.TF_DeviceListType(devices, index, status) for index in range(count)]
        library.TF_DeleteDeviceList(devices)
        return kinds.count(b"GPU")

    def close(self) -> None:
        """Gives back what the session holds; it cannot run any more."""
        with self._status() as status:
            self._library.TF_CloseSession(self._session, status)
        with self._status() as status:
            self._library.TF_DeleteSession(self._session, status)
        self._library.TF_DeleteGraph(self._graph)

    def _import(self, graph: bytes | bytearray, device: str | None) -> None:
        library = self._library
        options = library.TF_NewImportGraphDefOptions()
        if device:
            library.TF_ImportGraphDefOptionsSetDefaultDevice(options, device.encode())
        buffer = buffer_of(graph)
        with self._status() as status:
            library.TF_GraphImportGraphDef(self._graph, byref(buffer), options, status)
        library.TF_DeleteImportGraphDefOptions(options)

    def _open(self) -> Any:
        library, config = self._library, session_config()
        options = library.TF_NewSessionOptions()
        with self._status() as status:
            library.TF_SetConfig(options, config, len(config), status)
        with self._status() as status:
            session = library.TF_NewSession(self._graph, options, status)
        library.TF_DeleteSessionOptions(options)
        return session

    def _output(self, tensor: str) -> Output:
        name, _, index = tensor.partition(":")
        operation = self._library.TF_GraphOperationByName(self._graph, name.encode())
        if not operation:
            raise GraphError(f"the graph has no operation {name}")
        return Output(operation, int(index or 0))

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
    def _status(self) -> Iterator[Any]:
        library = self._library
        status = library.TF_NewStatus()
        try:
            yield status
            code = library.TF_GetCode(status)
            if code != _OK:
                message = library.TF_Message(status).decode("utf-8", "replace")
                raise GraphError(f"{_CODES.get(code, f'code {code}')}: {message}")
        finally:
            library.TF_DeleteStatus(status)


class SessionPool:
    """Sessions over one graph, each for one call at a time; a call takes one that is free, or waits.

    TensorFlow itself allows several calls in one session at once. Its oneDNN kernels for CPUs do not: some
    keep in themselves what belongs to a call (seen with 2.21 and the demo model: other scores, a crash).

    Args:
        library: What `load_library` returned.
        graph: A serialized GraphDef.
        input: The tensor that is fed.
        outputs: The tensors that are fetched, by the name that `run` gives them.
        workers: How many sessions on the CPU. Each GPU has two, so that one computes while the other copies.
    """

    def __init__(
        self, library: Any, graph: bytes | bytearray, input: str, outputs: Mapping[str, str], workers: int = 1
    ) -> None:
        first = GraphSession(library, graph, [input], outputs)
        self.gpus = first.gpus()
        count = _SESSIONS_PER_GPU * self.gpus or workers
        self._free: SimpleQueue[GraphSession] = SimpleQueue()
        self._free.put(first)
        for index in range(1, count):
            device = f"/device:GPU:{index % self.gpus}" if self.gpus > 1 else None
            self._free.put(GraphSession(library, graph, [input], outputs, device))

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


def session_config() -> bytes:
    """A serialized ConfigProto (tensorflow/core/protobuf/config.proto).

    It is written by hand, for protobuf's Python takes long to load. One thread computes an operation; the
    caller's thread runs the graph (`run_options`). GPU memory grows as it is needed, and what has no GPU
    kernel runs on the CPU.
    """
    gpu = _field(4, 1)  # GPUOptions.allow_growth
    return _field(2, 1) + _field(5, 1) + _message(6, gpu) + _field(7, 1)


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
