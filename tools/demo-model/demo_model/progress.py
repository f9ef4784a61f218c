"""One line of progress on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")


class Progress:
    """Counts steps of a known total: one line that is rewritten on a terminal, plain lines elsewhere."""

    def __init__(self, title: str, total: int, stream: TextIO = sys.stderr) -> None:
        self._title, self._total, self._stream = title, total, stream
        self._live = stream.isatty()
        self._start = self._shown = time.monotonic()

    def watch(self, steps: Iterable[T]) -> Iterator[T]:
        """Passes `steps` on and reports each one as done."""
        for done, step in enumerate(steps, 1):
            yield step
            self.report(done)

    def report(self, done: int, note: str = "") -> None:
        """Says how many steps are done, if it is time to say so."""
        now = time.monotonic()
        last = done == self._total
        if not last and now - self._shown < (0.2 if self._live else 20):
            return
        self._shown = now
        line = f"{self._title}: {done}/{self._total} in {now - self._start:.0f} s {note}".rstrip()
        self._stream.write(f"\r\x1b[K{line}" + ("\n" if last else "") if self._live else f"{line}\n")
        self._stream.flush()
