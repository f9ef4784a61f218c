"""A SavedModel at work. TensorFlow is imported here, and only when a model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from tfod_runtime.detections import Detection, Limits, Picture
from tfod_runtime.errors import ModelProblem, PictureProblem, UsageProblem
from tfod_runtime.families import choose_adapter
from tfod_runtime.families.adapter import Adapter, Outputs
from tfod_runtime.families.feed import InputKind
from tfod_runtime.labels import Labels
from tfod_runtime.model import ModelFolder
from tfod_runtime.signature import read_signature
from tfod_runtime.tensorflow_log import quiet_tensorflow

_BLACK = Picture("black", np.zeros((64, 64, 3), np.uint8))


Found: TypeAlias = "list[Detection] | PictureProblem"
"""What came of one picture: its detections, best score first, or why there are none."""


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
    """

    limits: Limits = field(default_factory=Limits)
    verbose: bool = False


class SavedModelDetector:
    """A loaded SavedModel behind the `Detector` interface.

    Args:
        tensorflow: The module.
        loaded: What `tf.saved_model.load` returned. It is kept: its functions die with it.
        adapter: How the model is fed and read.
        labels: The names of its classes.
        limits: What a detection must reach.
    """

    def __init__(
        self, tensorflow: Any, loaded: Any, adapter: Adapter, labels: Labels, limits: Limits
    ) -> None:
        self._tensorflow, self._loaded = tensorflow, loaded
        self._adapter, self._labels, self._limits = adapter, labels, limits
        self._function = loaded.signatures[adapter.signature.key]

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        """What was found in each picture; a failure is `DETECTION_FAILED` or `MODEL_OUTPUT`."""
        return [self._detect(picture) for picture in pictures]

    def warm_up(self) -> None:
        """Runs the model once on a black picture, so that the first real one does not pay for the set-up.

        A model that takes strings and cannot decode a file gets `tf.train.Example` from then on: no signature
        tells the two apart.

        Raises:
            ModelProblem: `MODEL_BROKEN` when even that fails.
        """
        (found,) = self.detect_batch([_BLACK])
        if isinstance(found, PictureProblem) and self._adapter.feed.kind is InputKind.ENCODED:
            self._adapter = self._adapter.fed_with(InputKind.EXAMPLE)
            (found,) = self.detect_batch([_BLACK])
        if isinstance(found, PictureProblem):
            raise ModelProblem("MODEL_BROKEN", "the model fails on a black picture", found=found.reason)

    def _detect(self, picture: Picture) -> Found:
        try:
            outputs = self._run(picture)
        except (
            Exception
        ) as error:  # an operation of the model, the memory, a device: TensorFlow's own classes
            return PictureProblem("DETECTION_FAILED", "the model fails on this picture", found=_gist(error))
        try:
            frame = self._adapter.feed.frame(picture.height, picture.width)
            (answer,) = self._adapter.read(outputs, [frame])
        except PictureProblem as problem:
            return problem
        return answer.cut(self._limits).to_detections(self._labels)

    def _run(self, picture: Picture) -> Outputs:
        feed = self._adapter.feed
        outputs = self._function(**{feed.name: self._tensorflow.constant(feed.batch([picture]))})
        return {name: outputs[name].numpy() for name in self._adapter.outputs}


def load_detector(model: ModelFolder, options: DetectorOptions | None = None) -> Detector:
    """Loads a model and runs it once: a detector that is ready.

    Args:
        model: A folder that was checked.
        options: How; the defaults when left out.

    Raises:
        UsageProblem: `TENSORFLOW_MISSING`.
        ModelProblem: `MODEL_UNLOADABLE`, `SIGNATURE_UNSUPPORTED`, `MODEL_BROKEN`.
    """
    options = options or DetectorOptions()
    with quiet_tensorflow(options.verbose):
        tensorflow = _import_tensorflow()
        loaded = _load(tensorflow, model.saved_model)
        signatures = [read_signature(key, function) for key, function in loaded.signatures.items()]
        adapter = choose_adapter(signatures, model.settings, model.saved_model)
        detector = SavedModelDetector(tensorflow, loaded, adapter, model.labels, options.limits)
        detector.warm_up()
    return detector


def _import_tensorflow() -> Any:
    try:
        import tensorflow
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise
        raise UsageProblem(
            "TENSORFLOW_MISSING",
            "TensorFlow is not installed",
            remedy="pip install --require-hashes -r requirements/tf.lock",
        ) from error
    return tensorflow


def _load(tensorflow: Any, path: Path) -> Any:
    try:
        return tensorflow.saved_model.load(str(path))
    except Exception as error:  # a loader of many formats and ages raises whatever it meets
        remedy = "export the model again, or restore its files"
        if "add_slot" in str(error):
            remedy = "export the model again without its optimizer"
        raise ModelProblem(
            "MODEL_UNLOADABLE",
            "TensorFlow cannot load the SavedModel",
            where=path,
            found=_gist(error),
            remedy=remedy,
        ) from error


def _gist(error: Exception) -> str:
    """The line of TensorFlow's message that says what happened: the first, or the one before the nodes."""
    lines = str(error).split("\n\t [[")[0].strip().splitlines() or [""]
    line = lines[-1] if lines[0] == "Graph execution error:" else lines[0]
    return f"{type(error).__name__}: {line}".removesuffix(": ")
