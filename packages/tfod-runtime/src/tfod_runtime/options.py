"""The commands' options, parsed: what `arguments.py` makes of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfod_runtime.detections import Limits
from tfod_runtime.progress import Mode


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """What `detect` is to do.

    Attributes:
        inputs: Folders, patterns, files; none for the model's own samples.
        list_file: A JSONL file of pictures, instead of `inputs`.
        output: The folder for the results.
        model: The model folder.
        limits: Bounds on pictures and detections.
        annotate: Whether annotated pictures are written.
        allow_failures: Whether failed pictures are no failure of the run.
        progress: How the run tells how far it is, on stderr.
        as_json: The summary as JSON on stdout, instead of the table.
        verbose: TensorFlow's own log on stderr.
        image: The reference of the container image that runs, if it knows.
    """

    inputs: Sequence[str]
    list_file: Path | None
    output: Path
    model: Path
    limits: Limits
    annotate: bool
    allow_failures: bool
    progress: Mode
    as_json: bool
    verbose: bool
    image: str | None


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What `serve` is to do.

    Attributes:
        host: The address to listen on.
        port: 1 to 65535, or 0 for any that is free.
        model: The model folder.
        limits: Bounds on pictures and detections.
        verbose: TensorFlow's own log on stderr.
        workers: Requests that are worked on at once.
        waiting: Requests that may wait for a worker.
        seconds: From the arrival of a request to its answer.
    """

    host: str
    port: int
    model: Path
    limits: Limits
    verbose: bool
    workers: int
    waiting: int
    seconds: float
