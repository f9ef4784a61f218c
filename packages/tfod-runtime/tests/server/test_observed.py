from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from builders.a_detector import RedDetector
from builders.a_server import RunningServer, running_server

from tfod_runtime.examine import Examiner

from .pictures import PICTURE


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Any:
    """The log so far."""
    return lambda: [json.loads(line) for line in capfd.readouterr().err.splitlines()]


def metric(server: RunningServer, name: str) -> float:
    """The sum of a metric's series whose names and labels begin like that."""
    text = server.ask("GET", "/metrics").body.decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


def test_every_request_is_a_line_of_the_log(lines: Any, paper: Path) -> None:
    with running_server(paper) as server:
        server.state.become_ready(Examiner(RedDetector()))
        own = server.ask("POST", "/detect", PICTURE).headers["X-Request-ID"]
        server.ask("POST", "/detect", b"text", {"X-Request-ID": "a-1.b:c"})
        server.ask("GET", "/readyz")
    good, bad = lines()
    assert re.fullmatch("[0-9a-f]{32}", own)
    assert (good["id"], good["event"], good["method"], good["path"], good["status"]) == (
        *(own, "request", "POST", "/detect", 200),
    )
    assert (bad["id"], bad["status"], bad["error"]["code"]) == ("a-1.b:c", 422, "PICTURE_UNKNOWN")
    assert good["milliseconds"] > 0 and good["client"] == "127.0.0.1" and good["time"].endswith("+00:00")


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "ü", "a%0d%0aX"])
def test_an_id_that_could_forge_a_log_is_replaced(ready: RunningServer, given: str) -> None:
    answer = ready.ask("GET", "/healthz", headers={"X-Request-ID": given.encode().decode("latin-1")})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_path_with_line_breaks_stays_one_line(lines: Any, paper: Path) -> None:
    with running_server(paper) as server:
        server.ask("GET", "/x%0a%7B%7D")
    (line,) = lines()
    assert line["path"] == "/x\n{}"


def test_what_is_counted(ready: RunningServer) -> None:
    for body in (PICTURE, PICTURE, b"text"):
        ready.ask("POST", "/detect", body)
    ready.ask("GET", "/nowhere/at/all")
    assert metric(ready, 'tfod_requests_total{path="/detect",status="200"}') == 2
    assert metric(ready, 'tfod_requests_total{path="/detect",status="422"}') == 1
    assert metric(ready, 'tfod_requests_total{path="other",status="404"}') == 1
    assert metric(ready, 'tfod_errors_total{code="PICTURE_UNKNOWN"}') == 1
    assert metric(ready, "tfod_pictures_total") == 2
    assert metric(ready, "tfod_ready") == 1
    assert metric(ready, "tfod_requests_under_way") == 0
    assert metric(ready, 'tfod_model_info{digest="sha256:') == 1
    for step in ("queue", "decode", "infer", "postprocess"):
        assert metric(ready, f"tfod_{step}_seconds_count") >= 2, step
    assert metric(ready, 'tfod_request_seconds_count{path="/detect"}') == 3


class BrokenDetector:
    """Not what a detector is: raises what nobody expects."""

    def detect_batch(self, pictures: object) -> Any:
        raise RuntimeError("out of cheese")


def test_a_failure_of_ours_is_a_500_with_its_reason_in_the_log(lines: Any, paper: Path) -> None:
    with running_server(paper) as server:
        server.state.become_ready(Examiner(BrokenDetector()))
        answer = server.ask("POST", "/detect", PICTURE)
        assert (answer.status, answer.code) == (500, "INTERNAL")
        assert "cheese" not in answer.body.decode()
        assert server.ask("GET", "/healthz").status == 200
    assert "out of cheese" in lines()[0]["traceback"]
