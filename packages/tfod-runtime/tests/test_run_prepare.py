from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tfod_runtime.progress import open_progress
from tfod_runtime.run_prepare import ensure_prepared
from tfod_runtime.signals import Interrupted, interruptible

PREPARING = """#!{python}
import os, signal, sys, pathlib, time
scratch = pathlib.Path({scratch!r})

def tidy(number, frame):
    time.sleep({seconds})
    scratch.rmdir()
    sys.exit()

signal.signal(signal.SIGTERM, tidy)
scratch.mkdir()
os.kill(os.getppid(), signal.SIGTERM)
while True:
    signal.pause()
"""


def prepare(monkeypatch: pytest.MonkeyPatch, folder: Path, seconds: float) -> Path:
    """Prepares a model by a program that has this process stopped; gives the folder that it works in."""
    program, scratch = folder / "program", folder / ".prepared-x"
    program.write_text(PREPARING.format(python=sys.executable, scratch=str(scratch), seconds=seconds))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    model: Any = SimpleNamespace(digest="sha256:1", saved_model=folder / "model" / "saved_model")
    with pytest.raises(Interrupted) as caught, interruptible():
        ensure_prepared(model, folder / "prepared", open_progress("none", sys.stderr))
    assert caught.value.signal == signal.SIGTERM
    return scratch


def test_being_stopped_while_a_model_is_prepared_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not prepare(monkeypatch, tmp_path, seconds=0.0).exists()


def test_what_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tfod_runtime.run_prepare._SECONDS_TO_STOP", 0.05)
    assert prepare(monkeypatch, tmp_path, seconds=60.0).exists()
