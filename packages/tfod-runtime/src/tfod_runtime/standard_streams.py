"""stdout and stderr whose readers may go: what nobody reads any more must not stop a run."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast


@contextlib.contextmanager
def readers_may_leave() -> Iterator[None]:
    """What is written to stdout and stderr in here goes nowhere from the moment that it cannot be written.

    On stdout, which has the results, that is so only where its reader has seen enough (`| head`): a full disk
    is an error. Both are flushed at the end.
    """
    with (
        open(os.devnull, "w") as null,
        contextlib.redirect_stdout(_lenient(sys.stdout, BrokenPipeError, null)) as out,
        contextlib.redirect_stderr(_lenient(sys.stderr, OSError, null)) as err,
    ):
        try:
            yield
        finally:
            out.flush()
            err.flush()


class _Lenient:
    """A stream that falls silent where the errors of one kind are to be expected."""

    def __init__(self, stream: TextIO, expected: type[OSError], null: TextIO) -> None:
        self._stream, self._expected, self._null = stream, expected, null

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except self._expected:
            self._silence()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except self._expected:
            self._silence()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _silence(self) -> None:
        # What waits in its buffer must go somewhere, or the interpreter trips over it again when it ends.
        os.dup2(self._null.fileno(), self._stream.fileno())


def _lenient(stream: TextIO | None, expected: type[OSError], null: TextIO) -> TextIO:
    return cast(TextIO, _Lenient(stream or null, expected, null))  # None: the process was started without
