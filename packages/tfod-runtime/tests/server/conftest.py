from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.a_detector import RedDetector
from builders.a_model import paper_model
from builders.a_server import RunningServer, running_server

from tfod_runtime.examine import Examiner


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder called `colours`, which nothing loads here."""
    return paper_model(tmp_path_factory.mktemp("paper"))


@pytest.fixture
def server(paper: Path) -> Iterator[RunningServer]:
    """A server that is not ready."""
    with running_server(paper) as server:
        yield server


@pytest.fixture
def ready(server: RunningServer) -> RunningServer:
    """A server that finds red."""
    server.state.become_ready(Examiner(RedDetector(), max_pixels=10_000))
    return server
