from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tfod_runtime.version import VERSION

PROJECT = Path(__file__).parents[1]


def build(folder: Path, umask: int, seconds: int) -> Path:
    """Builds the wheel from a fresh copy of the sources, with modes and times of its own."""
    source = folder / "source"
    shutil.copytree(PROJECT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, source)
    for path in source.rglob("*"):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)
        os.utime(path, (seconds, seconds))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "hatchling",
            "build",
            "--target",
            "wheel",
            "--directory",
            str(folder / "dist"),
        ],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "dist").iterdir()
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"), 0o022, 1_700_000_000)


def test_the_same_sources_make_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = build(tmp_path, 0o077, 1_400_000_000)
    assert again.name == wheel.name == f"tfod_runtime-{VERSION}-py3-none-any.whl"
    assert again.read_bytes() == wheel.read_bytes()


def test_what_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    source = PROJECT / "src"
    modules = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    information = {f"tfod_runtime-{VERSION}.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL")}
    assert names == modules | information | {"tfod_runtime/py.typed", "tfod_runtime/server/page.html"}


def test_tensorflow_is_left_to_the_lock(wheel: Path) -> None:
    metadata = zipfile.ZipFile(wheel).read(f"tfod_runtime-{VERSION}.dist-info/METADATA").decode()
    lines = [line.split(": ") for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    required = [requirement for _, requirement in lines]
    assert {"numpy", "pillow>=11.0", "simplejpeg>=1.9"} < set(required)
    assert not any("tensorflow" in line for line in required)
    assert "Requires-Python: >=3.10" in metadata
