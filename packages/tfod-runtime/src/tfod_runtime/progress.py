"""How far a run is: a bar that redraws itself on a terminal, a line now and then elsewhere, or nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Literal, Protocol, TextIO, TypeAlias

Mode: TypeAlias = Literal["auto", "plain", "none"]
Clock: TypeAlias = Callable[[], float]
"""Seconds from any fixed moment."""

_BAR_WIDTH = 24
_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0


class Progress(Protocol):
    """What a run tells about itself."""

    def note(self, text: str) -> None:
        """Something that takes a while begins: `loading the model`."""
        ...

    def start(self, total: int) -> None:
        """The first of `total` pictures is about to be read."""
        ...

    def step(self, failed: bool) -> None:
        """One picture is done, well or not."""
        ...

    def finish(self) -> None:
        """No more is coming: leave the cursor on a fresh line."""
        ...


def open_progress(mode: Mode, stream: TextIO, clock: Clock = time.monotonic) -> Progress:
    """The progress that fits: `auto` is a bar where `stream` is a terminal and plain lines elsewhere."""
    if mode == "none":
        return _Silent()
    if mode == "auto" and stream.isatty():
        return _Bar(stream, clock)
    return _Lines(stream, clock)


def rate_and_eta(done: int, total: int, seconds: float) -> str:
    """`12.5 pictures/s, 0:31 left`; empty as long as there is nothing to go by."""
    if not done or seconds <= 0:
        return ""
    rate = done / seconds
    left = f", {_duration((total - done) / rate)} left" if done < total else ""
    return f"{rate:.1f} pictures/s{left}"


class _Silent:
    def note(self, text: str) -> None:
        pass

    def start(self, total: int) -> None:
        pass

    def step(self, failed: bool) -> None:
        pass

    def finish(self) -> None:
        pass


class _Counting:
    """Counts pictures and says so whenever `_every` seconds have passed, and at the end."""

    _every: float

    def __init__(self, stream: TextIO, clock: Clock) -> None:
        self._stream, self._clock = stream, clock
        self._total = self._done = self._failed = 0
        self._began = self._shown = 0.0

    def start(self, total: int) -> None:
        self._total = total
        self._began = self._shown = self._clock()

    def step(self, failed: bool) -> None:
        self._done += 1
        self._failed += failed
        now = self._clock()
        if now - self._shown >= self._every:
            self._shown = now
            self._show()

    def _state(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        pace = rate_and_eta(self._done, self._total, self._clock() - self._began)
        return f"{self._done}/{self._total} pictures{failed}{', ' if pace else ''}{pace}"

    def _show(self) -> None:
        raise NotImplementedError


class _Lines(_Counting):
    _every = _LINE_SECONDS

    def note(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def finish(self) -> None:
        if self._done:
            self._show()

    def _show(self) -> None:
        print(self._state(), file=self._stream, flush=True)


class _Bar(_Counting):
    _every = _REDRAW_SECONDS

    def note(self, text: str) -> None:
        self._write(f"\r\x1b[K{text} …")

    def finish(self) -> None:
        # The table that follows says it all: the bar leaves no trace.
        self._write("\r\x1b[K")

    def _show(self) -> None:
        filled = _BAR_WIDTH * self._done // max(1, self._total)
        line = f"{'█' * filled}{'░' * (_BAR_WIDTH - filled)} {self._state()}"
        # A line that wraps could not be redrawn.
        self._write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
