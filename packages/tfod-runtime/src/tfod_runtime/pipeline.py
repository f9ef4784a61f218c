"""One pass over many pictures, each of them from reading to writing; one that fails stops no other.

Several workers each take a few pictures from reading to drawing, so that at any moment some read, some
decode and some compute: on a CPU that is faster than more threads on one picture, and no stage waits for
another. What is under way is bounded, so memory does not grow with the number of pictures. Lines are
written in the order of the pictures, by the one thread that called.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from tfod_runtime.annotate import annotate, to_jpeg
from tfod_runtime.coco import to_objects
from tfod_runtime.errors import PictureProblem
from tfod_runtime.examine import Examined, Examiner
from tfod_runtime.output import ANNOTATED, OutputFolder
from tfod_runtime.pictures import PictureFile, read_bytes, unique_names
from tfod_runtime.progress import Progress
from tfod_runtime.summary import Tally

_TASKS_PER_WORKER = 3
"""Being worked at, waiting for a worker, waiting for its turn to be written."""

_LONGEST_NAME = 255
"""In bytes: the limit of ext4, APFS and nearly all other file systems."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work.

    Attributes:
        workers: How many threads.
        batch: How many pictures each takes at once.
    """

    workers: int = 1
    batch: int = 1


@dataclass(frozen=True, slots=True)
class _Job:
    file: PictureFile
    annotated_name: str | None


_Line: TypeAlias = dict[str, Any]
_Outcome: TypeAlias = "tuple[_Job, _Line | PictureProblem]"


def run_pipeline(
    pictures: Sequence[PictureFile],
    examiner: Examiner,
    output: OutputFolder,
    progress: Progress,
    tally: Tally,
    *,
    annotated: bool = True,
    crew: Crew | None = None,
) -> None:
    """Examines every picture that the folder has no line of, and writes its results in order.

    Args:
        pictures: What to look at.
        examiner: Decodes and detects.
        output: A folder in which the run has begun.
        progress: Is told of every picture.
        tally: Counts; it is the caller's, who may be interrupted and still wants to know.
        annotated: Whether annotated pictures are written.
        crew: Who does it; one worker when left out.

    A picture's line in the JSONL is written after its annotated picture: where there is a line, the picture
    is done.

    Raises:
        OutputProblem: `OUTPUT_UNWRITABLE`. Nothing else stops the pass.
    """
    names = annotated_names([picture.name for picture in pictures]) if annotated else [None] * len(pictures)
    jobs = (_Job(file, name) for file, name in zip(pictures, names, strict=True) if not output.has(file))
    progress.start(len(pictures) - output.earlier)
    for job, done in _in_order(jobs, lambda jobs: _work(jobs, examiner, output), crew or Crew()):
        if isinstance(done, PictureProblem):
            tally.fail(job.file.name, done)
        else:
            output.write_line(done)
            tally.add(done["detections"])
        progress.step(failed=isinstance(done, PictureProblem))
    output.write_results()


def annotated_names(names: Sequence[str]) -> list[str]:
    """Where annotated pictures go: `a.jpg` → `annotated/a.jpg`, `a.png` → `annotated/a.png.jpg`.

    None goes where another one needs a folder, and a name that is too long is cut.
    """
    jpegs = (PurePosixPath(name).suffix.lower() in (".jpg", ".jpeg") for name in names)
    wanted = [_cut(name if jpeg else f"{name}.jpg") for name, jpeg in zip(names, jpegs, strict=True)]
    parents = {PurePosixPath(name).parent for name in wanted}
    folders = {str(folder) for parent in parents for folder in (parent, *parent.parents)}
    return [f"{ANNOTATED}/{name}" for name in unique_names(wanted, folders)]


def _cut(name: str) -> str:
    """A name that file systems take; one that is too long is told from others by a digest of it."""
    path = PurePosixPath(name)
    encoded = os.fsencode(path.name)
    if len(encoded) <= _LONGEST_NAME:
        return name
    end = f"-{hashlib.sha256(encoded).hexdigest()[:16]}.jpg"
    return str(path.with_name(encoded[: _LONGEST_NAME - len(end)].decode("utf-8", "ignore") + end))


def _in_order(
    jobs: Iterator[_Job], work: Callable[[list[_Job]], list[_Outcome]], crew: Crew
) -> Iterator[_Outcome]:
    """What came of the jobs, in their order; a bounded number of them is under way.

    However it ends, nothing that was begun is left half done: what a worker has taken, it finishes.
    """
    under_way: deque[Future[list[_Outcome]]] = deque()
    executor = ThreadPoolExecutor(crew.workers, thread_name_prefix="worker")
    try:
        while task := list(islice(jobs, crew.batch)):
            under_way.append(executor.submit(work, task))
            if len(under_way) >= crew.workers * _TASKS_PER_WORKER:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)


def _work(jobs: list[_Job], examiner: Examiner, output: OutputFolder) -> list[_Outcome]:
    """Takes some pictures from the disk to their annotated pictures and their lines."""
    found: dict[int, Examined | PictureProblem] = {}
    files: list[tuple[bytes, str]] = []
    read: list[int] = []
    for index, job in enumerate(jobs):
        try:
            files.append((read_bytes(job.file.path), job.file.name))
            read.append(index)
        except PictureProblem as problem:
            found[index] = problem
    found.update(zip(read, examiner.examine_batch(files), strict=True))
    return [(job, _finished(job, found[index], output)) for index, job in enumerate(jobs)]


def _finished(job: _Job, examined: Examined | PictureProblem, output: OutputFolder) -> _Line | PictureProblem:
    if isinstance(examined, PictureProblem):
        return examined
    picture, detections = examined.picture, examined.detections
    line: _Line = {
        "image_id": job.file.image_id,
        "file_name": job.file.name,
        "width": picture.width,
        "height": picture.height,
        "detections": to_objects(detections, picture.width, picture.height),
    }
    if job.annotated_name:
        try:
            output.write_annotated(job.annotated_name, to_jpeg(annotate(picture, detections)))
        except PictureProblem as problem:
            return problem
        line["annotated"] = job.annotated_name
    return line
