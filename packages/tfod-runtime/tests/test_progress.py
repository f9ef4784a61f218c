from __future__ import annotations

import io

import pytest

from tfod_runtime.progress import open_progress, rate_and_eta


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def run(mode: str, stream: io.StringIO, seconds_each: float, pictures: int = 10) -> str:
    clock = Clock()
    progress = open_progress(mode, stream, clock)  # type: ignore[arg-type]
    progress.note("loading the model")
    progress.start(pictures)
    for number in range(pictures):
        clock.now += seconds_each
        progress.step(failed=number == 2)
    progress.finish()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("done", "total", "seconds", "text"),
    [
        (0, 10, 5.0, ""),
        (5, 10, 0.0, ""),
        (5, 10, 10.0, "0.5 pictures/s, 0:10 left"),
        (10, 10, 4.0, "2.5 pictures/s"),
        (1, 3601, 1.0, "1.0 pictures/s, 1:00:00 left"),
        (2, 300, 4.0, "0.5 pictures/s, 9:56 left"),
    ],
)
def test_rate_and_time_left(done: int, total: int, seconds: float, text: str) -> None:
    assert rate_and_eta(done, total, seconds) == text


def test_plain_lines_come_now_and_then_and_at_the_end() -> None:
    assert run("plain", io.StringIO(), seconds_each=2.0).splitlines() == [
        "loading the model",
        "3/10 pictures, 1 failed, 0.5 pictures/s, 0:14 left",
        "6/10 pictures, 1 failed, 0.5 pictures/s, 0:08 left",
        "9/10 pictures, 1 failed, 0.5 pictures/s, 0:02 left",
        "10/10 pictures, 1 failed, 0.5 pictures/s",
    ]


def test_a_quick_run_says_little() -> None:
    assert run("plain", io.StringIO(), seconds_each=0.01).splitlines() == [
        "loading the model",
        "10/10 pictures, 1 failed, 100.0 pictures/s",
    ]


def test_auto_is_plain_where_there_is_no_terminal() -> None:
    assert run("auto", io.StringIO(), 2.0) == run("plain", io.StringIO(), 2.0)


def test_a_terminal_gets_a_bar_that_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    text = run("auto", Terminal(), seconds_each=1.0)
    assert "\n" not in text
    frames = text.split("\r\x1b[K")[1:]
    assert frames[0] == "loading the model …"
    assert frames[1] == "██░░░░░░░░░░░░░░░░░░░░░░ 1/10 pictures, 1.0 pictures/s, 0:09 left"
    assert frames[10] == "████████████████████████ 10/10 pictures, 1 failed, 1.0 pictures/s"
    assert frames[-1] == ""


def test_a_narrow_terminal_gets_no_line_that_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    frames = run("auto", Terminal(), seconds_each=1.0).split("\r\x1b[K")
    assert max(map(len, frames)) == 39


def test_a_terminal_is_not_flooded() -> None:
    assert len(run("auto", Terminal(), seconds_each=0.001, pictures=1000).split("\r")) < 15


def test_none_is_silent() -> None:
    assert run("none", Terminal(), 1.0) == ""
