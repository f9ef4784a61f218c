"""The commands' options, parsed: what `arguments.py` makes of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tfod_runtime.detections import Limits
from tfod_runtime.progress import Mode
from tfod_runtime.shard import ALL, Shard


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
        prepared: The folder of the prepared model; None for `prepared/` in the model folder.
        resume: Whether an earlier run goes on.
        workers: How many threads; None for as many as there are cores.
        batch: How many pictures each takes at once; None for what suits the model and the device.
        image: The reference of the container image that runs, if it knows.
        shard: Which part of the pictures, of several processes that share them.
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
    prepared: Path | None
    resume: bool
    workers: int | None
    batch: int | None
    image: str | None
    shard: Shard = ALL


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What `serve` is to do.

    Attributes:
        host: The address to listen on.
        port: 1 to 65535, or 0 for any that is free.
        model: The model folder.
        limits: Bounds on pictures and detections.
        verbose: TensorFlow's own log on stderr.
        prepared: The folder of the prepared model; None for `prepared/` in the model folder.
        workers: Requests that are worked on at once.
        waiting: Requests that may wait for a worker.
        seconds: From the arrival of a request to its answer.
    """

    host: str
    port: int
    model: Path
    limits: Limits
    verbose: bool
    prepared: Path | None
    workers: int
    waiting: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PrepareOptions:
    """What `prepare` is to do.

    Attributes:
        model: The model folder.
        output: The folder for the prepared model; None where a bundle is wanted.
        bundle: The folder for all that an image needs of the model; None where only the graph is wanted.
        environment: The virtual environment that will run it; None for this one.
        verbose: TensorFlow's own log on stderr.
    """

    model: Path
    output: Path | None
    bundle: Path | None
    environment: Path | None
    verbose: bool


@dataclass(frozen=True, slots=True)
class RayOptions:
    """What `ray` is to do.

    Attributes:
        inputs: Addresses of folders, patterns, files.
        output: The address of the results, for every machine.
        model: The model folder, at the same place on every machine.
        prepared: The folder of the prepared model, likewise.
        limits: Bounds on pictures and detections.
        address: The cluster; None for one on this machine, which ends with the run.
        workers: How many at once.
        shard_size: Pictures that a worker looks at before it writes what came of them.
        annotate: Whether annotated pictures are written.
        allow_failures: Whether failed pictures are no failure of the run.
        progress: How the run tells how far it is, on stderr.
        as_json: The summary as JSON on stdout, instead of the table.
        verbose: Ray's own log on stderr.
        image: The reference of the container image that runs, if it knows.
    """

    inputs: Sequence[str]
    output: str
    model: Path
    prepared: Path | None
    limits: Limits
    address: str | None
    workers: int
    shard_size: int
    annotate: bool
    allow_failures: bool
    progress: Mode
    as_json: bool
    verbose: bool
    image: str | None


Options: TypeAlias = DetectOptions | ServeOptions | PrepareOptions | RayOptions
"""What a command line asks for."""
