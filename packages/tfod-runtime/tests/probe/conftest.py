from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from probe.an_image import COMPILER, Compiler, Image


@pytest.fixture(scope="session")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    if COMPILER is None:
        pytest.skip("no cc on this machine: the stand-ins for the driver and CUDA are compiled for the test")
    return Compiler(tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def image(compiler: Compiler, tmp_path: Path) -> Image:
    """A GPU image of TensorFlow 2.21 that is whole."""
    return Image(tmp_path / "image", compiler).build()


@pytest.fixture(scope="session")
def pool() -> Iterator[Executor]:
    """Threads for what takes long and waits for other processes: as many as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        yield executor
