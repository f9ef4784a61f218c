"""A SavedModel in TensorFlow's Python, as it is.

TensorFlow is imported here, and only when a model is loaded.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.detections import Limits
from tfod_runtime.errors import ModelProblem, UsageProblem
from tfod_runtime.families import choose_adapter
from tfod_runtime.families.adapter import Adapter, Outputs
from tfod_runtime.families.feed import InputKind
from tfod_runtime.model import ModelFolder
from tfod_runtime.model_detector import ModelDetector, gist
from tfod_runtime.signature import read_signature


class SavedModelFunction:
    """One signature of a loaded SavedModel as something that runs.

    Args:
        tensorflow: The module.
        loaded: What `tf.saved_model.load` returned. It is kept: its functions die with it.
        adapter: Which signature, and which of its outputs are read.
    """

    def __init__(self, tensorflow: Any, loaded: Any, adapter: Adapter) -> None:
        self._tensorflow, self._loaded, self._adapter = tensorflow, loaded, adapter
        self.function = loaded.signatures[adapter.signature.key]
        # oneDNN's kernels are not made for two calls at once; one call has all cores anyway.
        self._turn = threading.Lock()

    def __call__(self, batch: NDArray[Any]) -> Outputs:
        """The outputs that are read, for one batch."""
        with self._turn:
            outputs = self.function(**{self._adapter.feed.name: self._tensorflow.constant(batch)})
        return {name: np.asarray(outputs[name].numpy()) for name in self._adapter.outputs}


def load_saved_model(model: ModelFolder, limits: Limits) -> ModelDetector:
    """Loads a SavedModel and runs it once.

    A model that takes strings and cannot decode a file gets `tf.train.Example` from then on: no signature
    tells the two apart.

    Raises:
        UsageProblem: `TENSORFLOW_MISSING`.
        ModelProblem: `MODEL_UNLOADABLE`, `SIGNATURE_UNSUPPORTED`, `MODEL_BROKEN`.
    """
    tensorflow = _import_tensorflow()
    loaded = _load(tensorflow, model.saved_model)
    signatures = [read_signature(key, function) for key, function in loaded.signatures.items()]
    adapter = choose_adapter(signatures, model.settings, model.saved_model)

    def detector(adapter: Adapter) -> ModelDetector:
        function = SavedModelFunction(tensorflow, loaded, adapter)
        ready = ModelDetector(function, adapter, model.labels, limits)
        ready.check()
        return ready

    try:
        return detector(adapter)
    except ModelProblem:
        if adapter.feed.kind is not InputKind.ENCODED:
            raise
        return detector(adapter.fed_with(InputKind.EXAMPLE))


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
            found=gist(error),
            remedy=remedy,
        ) from error
