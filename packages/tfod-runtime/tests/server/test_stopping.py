from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .pictures import PICTURE

STUCK_SECONDS = 30
SERVICE = f"""
import time
from builders.a_detector import RedDetector
from tfod_runtime import cli, run_serve

def select(picture, detections):
    time.sleep({STUCK_SECONDS})
    return detections

run_serve.ensure_prepared = lambda *_: None
run_serve.load_detector = lambda *_: RedDetector()
raise SystemExit(cli.main(["serve", "--host", "127.0.0.1", "--port", "0", "--timeout", "0.2"], select=select))
"""


@pytest.fixture
def stuck(paper: Path) -> Iterator[subprocess.Popen[str]]:
    """A server in its own process; its `select` holds a thread, and the request has been answered 503."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TFOD_MODEL": str(paper)}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        port = int(json.loads(process.stderr.readline())["url"].rsplit(":", 1)[1])
        assert json.loads(process.stderr.readline())["event"] == "ready"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/detect", PICTURE)
        assert connection.getresponse().status == 503
        connection.close()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGINT]])
def test_what_was_answered_does_not_hold_the_process(
    stuck: subprocess.Popen[str], signals: list[signal.Signals]
) -> None:
    began = time.monotonic()
    for number in signals:
        stuck.send_signal(number)
    _, stderr = stuck.communicate(timeout=STUCK_SECONDS)
    assert time.monotonic() - began < STUCK_SECONDS / 2
    assert stuck.returncode == 0
    assert "Traceback" not in stderr
    assert json.loads(stderr.splitlines()[-1])["event"] == "stopped"
