"""Keeps TensorFlow's start-up talk away from stderr.

TF_CPP_MIN_LOG_LEVEL does not reach the lines that TensorFlow 2.21 prints before its logger is set up, so what
arrives on file descriptor 2 meanwhile is held back, and passed on without the lines that are its log.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

_STDERR = 2
_ONLY_FATAL = "3"
# "I0000 00:00:1795367834.503247   16556 port.cc:153] …", and the line that comes before the first of them
_LOG_LINE = re.compile(
    rb"^(?:[IWE]\d{4} \d\d:\d\d:|WARNING: All log messages before absl|INFO: Created TensorFlow Lite)"
)


@contextlib.contextmanager
def quiet_tensorflow(verbose: bool) -> Iterator[None]:
    """Import TensorFlow and load a model in here; `verbose` lets everything through."""
    if verbose:
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", _ONLY_FATAL)
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, _STDERR)
            os.close(kept)
            held.seek(0)
            with contextlib.suppress(OSError):  # nobody reads stderr any more
                for line in held:
                    if not _LOG_LINE.match(line):
                        os.write(_STDERR, line)
