from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from tfod_runtime.progress import open_progress
from tfod_runtime.server.log import ServerLog
from tfod_runtime.standard_streams import readers_may_leave
from tfod_runtime.tensorflow_log import quiet_tensorflow


@pytest.fixture
def unread() -> Iterator[TextIO]:
    """A pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as stream:
        yield stream


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_reader_that_left_stops_nothing(name: str, unread: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, name, unread)
    with readers_may_leave():
        for _ in range(2):
            print("words", file=getattr(sys, name), flush=True)
    assert getattr(sys, name) is unread
    unread.flush()  # as the interpreter does when it ends


def test_progress_goes_on_without_a_reader(unread: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", unread)
    with readers_may_leave():
        progress = open_progress("plain", sys.stderr)
        progress.note("loading the model")
        progress.start(1)
        progress.step(failed=False)
        progress.finish()


def test_results_that_cannot_be_written_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OSError, match="No space left"), readers_may_leave():
        print("results")


def test_a_process_without_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with readers_may_leave():
        print("results")
        print("the rest", file=sys.stderr)


@pytest.fixture
def nobody_reads(unread: TextIO) -> Iterator[None]:
    """The process's own stderr is a pipe that nobody reads any more."""
    kept = os.dup(2)
    os.dup2(unread.fileno(), 2)
    yield
    os.dup2(kept, 2)
    os.close(kept)


def test_what_tensorflow_says_while_it_loads_may_have_no_reader(nobody_reads: None) -> None:
    with quiet_tensorflow(verbose=False):
        os.write(2, b"words\n")


def test_the_log_of_a_server_may_have_no_reader(nobody_reads: None) -> None:
    log = ServerLog()
    log.write("stopped")
    log.close()
