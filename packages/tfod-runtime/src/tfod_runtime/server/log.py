"""The server's log: one JSON object on each line of stderr."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import sys
import threading
from typing import Any

_STDERR = 2


class ServerLog:
    """Writes events. It has its own way to stderr, which TensorFlow's start-up cannot hold back."""

    def __init__(self) -> None:
        sys.stderr.flush()
        self._stream = os.fdopen(os.dup(_STDERR), "w", encoding="utf-8", errors="backslashreplace")
        self._lock = threading.Lock()

    def write(self, event: str, **facts: object) -> None:
        """Writes one event with what is known of it; facts that are None are left out."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        known = {name: fact for name, fact in facts.items() if fact is not None}
        line = json.dumps({"time": now, "event": event, **known}, default=str)
        # A request is answered also when nobody reads the log any more.
        with self._lock, contextlib.suppress(OSError):
            self._stream.write(line + "\n")
            self._stream.flush()

    def adopt(self, name: str) -> None:
        """Takes over warnings and errors of a library's logger."""
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Adopted(self)], False
        logger.setLevel(logging.WARNING)

    def silence(self, name: str) -> None:
        """Drops what a library logs of requests that are answered with a reason anyway."""
        logging.getLogger(name).setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Closes the way to stderr."""
        with contextlib.suppress(OSError):  # what nobody read waits still to be written
            self._stream.close()


class LogProgress:
    """A `Progress` whose notes are events; nothing is counted."""

    def __init__(self, log: ServerLog) -> None:
        self._log = log

    def note(self, text: str) -> None:
        """Says what is being done."""
        self._log.write("note", message=text)

    def start(self, total: int) -> None:
        """Nothing: there is no end to a server's work."""

    def step(self, failed: bool) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


class _Adopted(logging.Handler):
    def __init__(self, log: ServerLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, Any] = {"level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info:
            facts["traceback"] = logging.Formatter().formatException(record.exc_info)
        self._log.write("warning" if record.levelno < logging.ERROR else "error", **facts)
