"""TensorFlow's C library, without its Python: the part of `tensorflow/c/c_api.h` that running a graph takes.

`import tensorflow` reads some 3,000 modules, which takes longer than everything else before the first
detection. The library that its wheel carries does the work, and can be called by itself. The C API is the
one interface of TensorFlow that is stable between versions (https://www.tensorflow.org/install/lang_c).
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_ubyte, c_void_p
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2")


class Output(ctypes.Structure):
    """`TF_Output`: an operation and which of its outputs."""

    _fields_ = (("operation", c_void_p), ("index", c_int))


class Buffer(ctypes.Structure):
    """`TF_Buffer`: bytes, how many, and what frees them (nothing, for those that Python keeps)."""

    _fields_ = (("data", c_void_p), ("length", c_size_t), ("deallocator", c_void_p))


_FUNCTIONS = {
    "TF_NewStatus": (c_void_p, []),
    "TF_GetCode": (c_int, [c_void_p]),
    "TF_Message": (c_char_p, [c_void_p]),
    "TF_DeleteStatus": (None, [c_void_p]),
    "TF_NewGraph": (c_void_p, []),
    "TF_NewImportGraphDefOptions": (c_void_p, []),
    "TF_DeleteImportGraphDefOptions": (None, [c_void_p]),
    "TF_ImportGraphDefOptionsSetDefaultDevice": (None, [c_void_p, c_char_p]),
    "TF_GraphImportGraphDef": (None, [c_void_p, POINTER(Buffer), c_void_p, c_void_p]),
    "TF_GraphOperationByName": (c_void_p, [c_void_p, c_char_p]),
    "TF_NewSessionOptions": (c_void_p, []),
    "TF_DeleteSessionOptions": (None, [c_void_p]),
    "TF_SetConfig": (None, [c_void_p, c_char_p, c_size_t, c_void_p]),
    "TF_NewSession": (c_void_p, [c_void_p, c_void_p, c_void_p]),
    "TF_SessionListDevices": (c_void_p, [c_void_p, c_void_p]),
    "TF_DeleteDeviceList": (None, [c_void_p]),
    "TF_DeviceListCount": (c_int, [c_void_p]),
    "TF_DeviceListType": (c_char_p, [c_void_p, c_int, c_void_p]),
    "TF_SessionRun": (
        None,
        [
            *(c_void_p, POINTER(Buffer)),
            *(POINTER(Output), POINTER(c_void_p), c_int),
            *(POINTER(Output), POINTER(c_void_p), c_int),
            *(POINTER(c_void_p), c_int, c_void_p, c_void_p),
        ],
    ),
    "TF_AllocateTensor": (c_void_p, [c_int, POINTER(c_int64), c_int, c_size_t]),
    "TF_DeleteTensor": (None, [c_void_p]),
    "TF_TensorData": (c_void_p, [c_void_p]),
    "TF_TensorByteSize": (c_size_t, [c_void_p]),
    "TF_NumDims": (c_int, [c_void_p]),
    "TF_Dim": (c_int64, [c_void_p, c_int]),
    "TF_TensorType": (c_int, [c_void_p]),
}
"""What is called: the result and the arguments of each, as c_api.h declares them."""

DTYPES = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "int64": 9,
    "bool": 10,
}
"""NumPy's names of what a tensor may hold, with the numbers of `TF_DataType` (tf_datatype.h)."""


def library_paths() -> list[Path]:
    """The libraries of the installed TensorFlow in the order they must be loaded; none without them.

    Nothing is imported.
    """
    spec = find_spec("tensorflow")
    if spec is None or spec.origin is None:
        return []
    paths = [Path(spec.origin).parent / name for name in _LIBRARIES]
    return paths if all(path.is_file() for path in paths) else []


def load_library(paths: list[Path]) -> ctypes.CDLL:
    """TensorFlow's C library with its functions declared.

    Raises:
        OSError: When the loader refuses.
        AttributeError: When a function is missing.
    """
    library = [ctypes.CDLL(str(path)) for path in paths][-1]
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def buffer_of(data: bytes | bytearray) -> Buffer:
    """A `TF_Buffer` over bytes that the caller keeps alive and does not change meanwhile."""
    if isinstance(data, bytearray):
        view = (c_ubyte * len(data)).from_buffer(data)
        return Buffer(ctypes.addressof(view), len(data), None)
    return Buffer(ctypes.cast(c_char_p(data), c_void_p).value, len(data), None)
