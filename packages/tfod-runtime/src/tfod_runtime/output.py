"""The folder of results. Every file arrives whole, under a temporary name first, except the growing JSONL.

detections.jsonl   one line for each picture as it is done; it grows
detections.json    COCO results, at the end
summary.json       at the end, and last: a folder without it is of a run that was stopped
annotated/         one JPEG for each picture as it is done
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO

from tfod_runtime.coco import to_results
from tfod_runtime.errors import OutputProblem

LINES, RESULTS, SUMMARY, ANNOTATED = "detections.jsonl", "detections.json", "summary.json", "annotated"


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is there in full when the block ends well, and not at all when it does not.

    The temporary name is in the same folder, so that the rename is one step.

    Raises:
        OutputProblem: `OUTPUT_UNWRITABLE`: no space, no permission, no folder.
    """
    part = path.with_name(f".{os.getpid()}-{threading.get_native_id()}.part")
    try:
        with _writable(path):
            with part.open("wb") as stream:
                yield stream
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class OutputFolder:
    """Results as they come. Entering it clears what an earlier run left, leaving it closes the JSONL.

    Args:
        folder: Made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines: IO[bytes] | None = None

    def __enter__(self) -> OutputFolder:
        """Makes the folder ready.

        Raises:
            OutputProblem: `OUTPUT_UNWRITABLE`.
        """
        with _writable(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._forget_earlier_run()
            self._lines = (self.folder / LINES).open("wb", buffering=0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the JSONL; what it holds stays, however the run ended."""
        if self._lines:
            self._lines.close()

    def write_annotated(self, name: str, jpeg: bytes) -> None:
        """Writes an annotated picture; `name` is relative to the folder: `annotated/a.jpg`."""
        path = self.folder / name
        with _writable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as stream:
            stream.write(jpeg)

    def write_line(self, line: dict[str, Any]) -> None:
        """Appends one picture to the JSONL, in a single write: a line is there in full or not at all."""
        assert self._lines is not None, "the folder is not open"
        text = json.dumps(line).encode() + b"\n"
        with _writable(self.folder / LINES):
            end = self._lines.tell()
            try:
                if self._lines.write(text) != len(text):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError:
                self._lines.truncate(end)
                raise

    def write_results(self) -> None:
        """Writes the COCO results, read back from the JSONL so that a long run needs no memory for them."""
        with whole_file(self.folder / RESULTS) as stream:
            separator = b"[\n"
            for line in _read_lines(self.folder / LINES):
                for result in to_results(line):
                    stream.write(separator + json.dumps(result).encode())
                    separator = b",\n"
            stream.write(b"[]\n" if separator == b"[\n" else b"\n]\n")

    def write_summary(self, summary: dict[str, Any]) -> None:
        """Writes the summary: the last thing that a run does."""
        with whole_file(self.folder / SUMMARY) as stream:
            stream.write(json.dumps(summary, indent=2).encode() + b"\n")

    def _forget_earlier_run(self) -> None:
        """Removes what would seem to be this run's: the results of an earlier one, and nothing else."""
        for line in _read_lines(self.folder / LINES):
            name = line.get("annotated")
            if isinstance(name, str) and name.startswith(f"{ANNOTATED}/") and ".." not in name.split("/"):
                (self.folder / name).unlink(missing_ok=True)
        for name in (SUMMARY, RESULTS):
            (self.folder / name).unlink(missing_ok=True)


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a JSONL; none when there is no such file. A line that is no object is not ours."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
        for text in stream:
            with contextlib.suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict):
                    yield line


@contextlib.contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputProblem(
            "OUTPUT_UNWRITABLE",
            "the results cannot be written",
            where=path,
            found=error.strerror or str(error),
            remedy="give --output a folder that may be written and has space left",
        ) from error
