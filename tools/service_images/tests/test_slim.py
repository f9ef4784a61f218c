import ctypes
import importlib.util
import shutil
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
SCRIPT = REPOSITORY / "packages/tfod/src/generators/runtime/files/docker/slim.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("slim", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


slim = load()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of a real shared library: an extension module of the interpreter."""
    extensions = Path(sysconfig.get_config_var("DESTSHARED"))
    original = min(extensions.glob("*.so"))
    return Path(shutil.copy(original, tmp_path))


def put(packages: Path, *names: str) -> None:
    for name in names:
        path = packages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def test_takes_out_what_only_builds_and_keeps_the_rest(tmp_path: Path) -> None:
    packages = tmp_path / "lib/python3.13/site-packages"
    kept = (
        "tensorflow/__init__.py",
        "tensorflow/_api/v2/test/__init__.py",
        "numpy/testing/__init__.py",
        "nvidia/cudnn/lib/libcudnn.so.9",
        "nvidia/cuda_nvcc/bin/ptxas",
        "nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc",
        "nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
        "nvidia/cusolver/lib/libcusolver.so.11",
    )
    gone = (
        "tensorflow/include/tensorflow/core/op.h",
        "numpy/_core/include/numpy/arrayobject.h",
        "numpy/random/lib/libnpyrandom.a",
        "numpy/ma/tests/test_core.py",
        "numpy/ma/tests/data/tests/more.py",
        "h5py/tests/__init__.py",
        "nvidia/cudnn/include/cudnn.h",
        "nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so",
        "nvidia/cuda_nvrtc/lib/libnvrtc.alt.so.12",
        "nvidia/cusolver/lib/libcusolverMg.so.11",
    )
    put(packages, *kept, *gone)
    slim.slim(tmp_path)
    assert [name for name in kept if not (packages / name).exists()] == []
    assert [name for name in gone if (packages / name).exists()] == []


def test_bytecode_is_never_checked_against_its_source(tmp_path: Path) -> None:
    packages = tmp_path / "lib/python3.13/site-packages"
    put(packages, "six.py")
    slim.slim(tmp_path)
    (compiled,) = packages.glob("__pycache__/six.*.pyc")
    hash_based_and_unchecked = 0b01
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == hash_based_and_unchecked


def test_code_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    packages = tmp_path / "lib/python3.13/site-packages"
    put(packages, "six.py")
    (packages / "broken.py").write_text("def (:\n")
    with pytest.raises(SystemExit, match="not everything compiles"):
        slim.slim(tmp_path)


def test_a_library_without_its_symbols_is_smaller_and_loads(library: Path) -> None:
    before = library.stat().st_size
    slim.drop_symbols(library)
    assert library.stat().st_size < before
    assert b".symtab" not in library.read_bytes()
    module = library.name.split(".")[0]
    assert hasattr(ctypes.CDLL(str(library)), f"PyInit_{module}")


def test_cutting_twice_changes_nothing(library: Path) -> None:
    slim.drop_symbols(library)
    once = library.read_bytes()
    slim.drop_symbols(library)
    assert library.read_bytes() == once


def test_what_is_no_library_stays_as_it_is(tmp_path: Path) -> None:
    script = tmp_path / "linker-script.so"
    script.write_text("INPUT(-lc)\n")
    slim.drop_symbols(script)
    assert script.read_text() == "INPUT(-lc)\n"
