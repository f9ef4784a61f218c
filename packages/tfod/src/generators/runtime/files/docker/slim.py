"""Makes a virtual environment small without touching what runs: ``python slim.py /opt/venv``.

Out goes what only a compiler, a debugger or a test runner reads, and what nothing opens. All that stays is
compiled to bytecode that is not checked against its source: a container that cannot write still starts fast.
"""

from __future__ import annotations

import compileall
import shutil
import struct
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

UNUSED = (
    "tensorflow/include",
    "numpy/_core/include",
    "nvidia/*/include",
    "**/*.a",
    "numpy/**/tests",
    "h5py/tests",
    "opt_einsum/tests",
    "fastapi_offline/static/redoc.standalone.js",
    # Neither TensorFlow nor any library of CUDA or cuDNN names these: found by reading their strings.
    "nvidia/cuda_nvcc/nvvm/lib64",
    "nvidia/cuda_nvrtc/lib/*.alt.so.*",
    "nvidia/cusolver/lib/libcusolverMg.so.*",
    # LiteRT's compilers and accelerators for hardware that is not a CPU, and its tools: 35 of its 58 MB.
    "ai_edge_litert/vendors",
    "ai_edge_litert/tools",
    "ai_edge_litert/aot",
    "ai_edge_litert/libLiteRtWebGpuAccelerator.so",
)
# TensorFlow's own libraries carry 250 MB of symbol tables; other wheels come without.
WITH_SYMBOLS = "tensorflow/**/*.so*"


def slim(environment: Path) -> None:
    """Prunes, strips and compiles the environment; prints the sizes in MB before and after."""
    (packages,) = environment.glob("lib/python3.*/site-packages")
    before = size(packages)
    for pattern in UNUSED:
        for path in sorted(packages.glob(pattern)):
            remove(path)
    for library in sorted(packages.glob(WITH_SYMBOLS)):
        if not library.is_symlink():
            drop_symbols(library)
    after = size(packages)
    if not compileall.compile_dir(
        packages, quiet=1, workers=0, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
    ):
        sys.exit(f"{packages}: not everything compiles")
    print(f"{packages}: {before} MB, {after} MB of use, {size(packages)} MB with bytecode")


def size(folder: Path) -> int:
    """Megabytes (10^6 bytes) in the files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) // 1_000_000


def remove(path: Path) -> None:
    """Deletes a file or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def drop_symbols(library: Path) -> None:
    """Cuts off all that stands behind the last segment of a 64-bit little-endian ELF library.

    The loader reads program headers and segments only (ELF specification, part 2). Behind them lie section
    headers and symbol tables, for linkers and debuggers.
    """
    with library.open("r+b") as file:
        header = file.read(64)
        if header[:6] != b"\x7fELF\x02\x01":
            return
        (table,) = struct.unpack_from("<Q", header, 32)
        entry, count = struct.unpack_from("<HH", header, 54)
        file.seek(table)
        rows = [struct.unpack("<IIQQQQQQ", file.read(entry)) for _ in range(count)]
        file.seek(40)
        file.write(bytes(8))
        file.seek(60)
        file.write(bytes(4))
        file.truncate(max(offset + in_file for _, _, offset, _, _, in_file, _, _ in rows))


if __name__ == "__main__":
    slim(Path(sys.argv[1]))
