"""The folder of results. Every file arrives whole, under a temporary name first, except the growing JSONL.

detections.jsonl   one line for each picture as it is done; it grows
detections.json    COCO results, at the end
summary.json       at the end, and last: a folder without it is of a run that was stopped
annotated/         one JPEG for each picture as it is done
run.json           what decides the results, at the start: a run goes on only as the same
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO

from tfod_runtime.coco import to_results
from tfod_runtime.errors import OutputProblem, PictureProblem, UsageProblem
from tfod_runtime.pictures import PictureFile

LINES, RESULTS, SUMMARY, ANNOTATED = "detections.jsonl", "detections.json", "summary.json", "annotated"
RUN = "run.json"

_OF_ONE_NAME = {
    *(errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY),
    *(errno.EINVAL, errno.EILSEQ),  # characters that the file system does not take
}
"""What the system says of a name that is too long, odd, or taken; other names may well be written."""


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
    """Results as they come. Entering it changes nothing in it, `begin` does, leaving it closes the JSONL.

    From entering to leaving, the folder is this run's alone.

    Args:
        folder: Made if it is not there.
        run: What decides the results, to be told from that of an earlier run.
        resumed: Whether the lines of an earlier run are kept, and their pictures left out.
    """

    def __init__(self, folder: Path, run: Mapping[str, Any] | None = None, resumed: bool = False) -> None:
        self.folder = folder
        self._run, self._resumed = dict(run or {}), resumed
        self._goes_on = False
        self._done: dict[int, str] = {}
        self._lines: IO[bytes] | None = None
        self._lock: int | None = None

    def __enter__(self) -> OutputFolder:
        """Makes the folder if it is not there, and sees whether there is an earlier run to go on with.

        Raises:
            OutputProblem: `OUTPUT_UNWRITABLE`, `OUTPUT_IN_USE`.
            UsageProblem: `RESUME_OTHER_RUN`.
        """
        try:
            with _writable(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock = os.open(self.folder, os.O_RDONLY)
                _lock(self._lock, self.folder)
                with tempfile.TemporaryFile(dir=self.folder):
                    pass  # it can be written: better known now than when a model was loaded
                self._goes_on = self._resumed and self._same_run()
            if self._goes_on:
                lines = _read_lines(self.folder / LINES)
                self._done = {line["image_id"]: line["file_name"] for line in lines}
        except BaseException:
            self._close()
            raise
        return self

    def begin(self) -> None:
        """Clears what an earlier run left, unless this one goes on with it. Nothing is written before.

        Raises:
            OutputProblem: `OUTPUT_UNWRITABLE`.
        """
        with _writable(self.folder):
            if self._goes_on:
                self._continue_earlier_run()
            else:
                self._forget_earlier_run()
                (self.folder / LINES).unlink(missing_ok=True)
            with whole_file(self.folder / RUN) as stream:
                stream.write(json.dumps(self._run, indent=2).encode() + b"\n")
            self._lines = (self.folder / LINES).open("ab", buffering=0)

    @property
    def earlier(self) -> int:
        """How many pictures an earlier run has done."""
        return len(self._done)

    def earlier_lines(self) -> Iterator[dict[str, Any]]:
        """The lines of the earlier run that goes on; to be read before new ones are written."""
        return _read_lines(self.folder / LINES) if self._done else iter(())

    def has(self, file: PictureFile) -> bool:
        """Whether an earlier run has done this picture."""
        return file.image_id in self._done

    def check_pictures(self, pictures: Sequence[PictureFile]) -> None:
        """Makes sure that the pictures of the earlier run have their numbers and names still.

        Raises:
            UsageProblem: `RESUME_OTHER_PICTURES`.
        """
        names = {file.image_id: file.name for file in pictures}
        moved = [name for number, name in self._done.items() if names.get(number) != name]
        if moved:
            raise UsageProblem(
                "RESUME_OTHER_PICTURES",
                "the run that would go on has looked at other pictures",
                where=self.folder / LINES,
                expected="the same pictures, or more that come after them in the order of names",
                found=f"{moved[0]}, which is gone or has another place now",
                remedy="leave out --resume, or give another --output",
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the JSONL; what it holds stays, however the run ended."""
        self._close()

    def write_annotated(self, name: str, jpeg: bytes) -> None:
        """Writes an annotated picture; `name` is relative to the folder: `annotated/a.jpg`.

        Raises:
            PictureProblem: `ANNOTATED_NAME` when it is only this name that cannot be.
            OutputProblem: `OUTPUT_UNWRITABLE`.
        """
        path = self.folder / name
        with _writable(path):
            (self.folder / ANNOTATED).mkdir(exist_ok=True)
        try:
            with _writable(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as stream:
                stream.write(jpeg)
        except OutputProblem as problem:
            if isinstance(problem.__cause__, OSError) and problem.__cause__.errno in _OF_ONE_NAME:
                raise PictureProblem(
                    "ANNOTATED_NAME",
                    "the annotated picture cannot have its name there",
                    where=path,
                    found=problem.facts["found"],
                    remedy="rename the picture, or leave annotated pictures out with --no-annotate",
                ) from problem
            raise

    def write_line(self, line: dict[str, Any]) -> None:
        """Appends one picture to the JSONL, in a single write: a line is there in full or not at all."""
        assert self._lines is not None, "the run has not begun"
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

    def _close(self) -> None:
        if self._lines is not None:
            self._lines.close()
        if self._lock is not None:
            os.close(self._lock)

    def _same_run(self) -> bool:
        """Whether there is an earlier run to go on with.

        Raises:
            UsageProblem: `RESUME_OTHER_RUN` when there is one, with another model or other options.
        """
        try:
            earlier = json.loads((self.folder / RUN).read_bytes())
        except (FileNotFoundError, ValueError):
            return False
        different = [name for name, value in self._run.items() if earlier.get(name) != value]
        if different:
            raise UsageProblem(
                "RESUME_OTHER_RUN",
                "the run that would go on had another model or other options",
                where=self.folder / RUN,
                expected=", ".join(f"{name} {self._run[name]}" for name in different),
                found=", ".join(f"{name} {earlier.get(name)}" for name in different),
                remedy="give the same model and options, leave out --resume, or give another --output",
            )
        return True

    def _continue_earlier_run(self) -> None:
        """Keeps the whole lines; the last one may have been cut off when the machine went down."""
        path = self.folder / LINES
        with contextlib.suppress(FileNotFoundError), path.open("r+b") as stream:
            end = 0
            for text in stream:
                end += len(text) if text.endswith(b"\n") else 0
            stream.truncate(end)
        for name in (SUMMARY, RESULTS):
            (self.folder / name).unlink(missing_ok=True)

    def _forget_earlier_run(self) -> None:
        """Removes what would seem to be this run's: the results of an earlier one, and nothing else."""
        for line in _read_lines(self.folder / LINES):
            name = line.get("annotated")
            if isinstance(name, str) and name.startswith(f"{ANNOTATED}/") and ".." not in name.split("/"):
                (self.folder / name).unlink(missing_ok=True)
        for name in (SUMMARY, RESULTS, RUN):
            (self.folder / name).unlink(missing_ok=True)


def _lock(descriptor: int, folder: Path) -> None:
    """Makes a folder this process's own until the descriptor is closed, if only because the process died.

    A lock on the folder itself leaves no file behind. Some file systems of a network have none, and
    a second run goes unseen there.

    Raises:
        OutputProblem: `OUTPUT_IN_USE`.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputProblem(
            "OUTPUT_IN_USE",
            "another run is writing its results there",
            where=folder,
            remedy="wait until it has ended, or give another --output",
        ) from error
    except OSError:
        return


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a JSONL; none when there is no such file. A line that is no object is not ours."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
        for text in stream:
            with contextlib.suppress(ValueError):
                line = json.loads(text) if text.endswith(b"\n") else None
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
