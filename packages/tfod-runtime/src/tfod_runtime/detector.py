"""What finds objects in pictures, and the choice of the fastest engine that is there for a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeAlias

from tfod_runtime.c_library import library_paths, load_library
from tfod_runtime.detections import Detection, Limits, Picture
from tfod_runtime.errors import PictureProblem
from tfod_runtime.families import choose_adapter
from tfod_runtime.graph_session import GraphError, SessionPool
from tfod_runtime.litert import LiteRtPool
from tfod_runtime.model import ModelFolder
from tfod_runtime.model_detector import ModelDetector, Run
from tfod_runtime.prepared import GRAPH_FILES, PREPARED, Engine, Prepared, read_prepared
from tfod_runtime.saved_model import load_saved_model
from tfod_runtime.tensorflow_log import quiet_tensorflow

Found: TypeAlias = "list[Detection] | PictureProblem"
"""What came of one picture: its detections, best score first, or why there are none."""


_GPU_BATCH = 8
"""More keeps a GPU no busier with models of this kind, and takes more memory."""


class Detector(Protocol):
    """What finds objects in pictures; it may be called from several threads at once."""

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        """What was found in each picture, in their order; one that the model fails on harms no other."""
        ...


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """How a model is loaded.

    Attributes:
        limits: What a detection must reach.
        verbose: Let TensorFlow's own log through to stderr.
        prepared: The folder of the prepared graph; None to look in the model's own folder, `prepared/`.
        workers: From how many threads at once it will be called.
    """

    limits: Limits = field(default_factory=Limits)
    verbose: bool = False
    prepared: Path | None = None
    workers: int = 1


def load_detector(model: ModelFolder, options: DetectorOptions | None = None) -> ModelDetector:
    """Loads a model and runs it once: a detector that is ready.

    What was prepared is taken when it is of this very model; the SavedModel itself otherwise.

    Args:
        model: A folder that was checked.
        options: How; the defaults when left out.

    Raises:
        UsageProblem: `TENSORFLOW_MISSING`.
        ModelProblem: `MODEL_UNLOADABLE`, `SIGNATURE_UNSUPPORTED`, `MODEL_BROKEN`.
    """
    options = options or DetectorOptions()
    folder = options.prepared or model.saved_model.parent / PREPARED
    prepared = read_prepared(folder, model.digest)
    with quiet_tensorflow(options.verbose):
        detector = load_prepared(model, prepared, folder, options) if prepared else None
        return detector or load_saved_model(model, options.limits)


def load_prepared(
    model: ModelFolder, prepared: Prepared, folder: Path, options: DetectorOptions
) -> ModelDetector | None:
    """A detector on a prepared graph; None when what runs it is not there.

    Raises:
        ModelProblem: `MODEL_BROKEN`, `SIGNATURE_UNSUPPORTED`.
    """
    opened = _ENGINES[prepared.engine](prepared, folder / GRAPH_FILES[prepared.engine], options)
    if opened is None:
        return None
    run, batch = opened
    adapter = choose_adapter([prepared.signature], model.settings, model.saved_model)
    if prepared.engine == "litert":
        adapter = replace(adapter, feed=adapter.feed.for_one())
    detector = ModelDetector(
        run, adapter, model.labels, options.limits, prepared.resize, prepared.suppression, batch
    )
    detector.check()
    return detector


def _open_graph(prepared: Prepared, file: Path, options: DetectorOptions) -> tuple[Run, int] | None:
    """TensorFlow's C library on a graph, and how many pictures a call should have."""
    paths = library_paths()
    if not paths:
        return None
    graph = bytearray(file.read_bytes())
    if prepared.threshold:
        prepared.threshold.raise_to(options.limits.min_score, graph)
    try:
        pool = SessionPool(load_library(paths), graph, prepared, options.workers)
    except (OSError, AttributeError, GraphError):  # another TensorFlow than the one that prepared it
        return None
    return pool.run, _GPU_BATCH if pool.gpus and prepared.takes_batches else 1


def _open_converted(prepared: Prepared, file: Path, options: DetectorOptions) -> tuple[Run, int] | None:
    """LiteRT on a graph."""
    try:
        return LiteRtPool(file, prepared.input, prepared.outputs, options.workers).run, 1
    except (ModuleNotFoundError, ValueError):  # another LiteRT, or none
        return None


_ENGINES: Mapping[Engine, Callable[[Prepared, Path, DetectorOptions], tuple[Run, int] | None]] = {
    "tensorflow": _open_graph,
    "litert": _open_converted,
}
