"""The card of a model: what its files say, what its signature says, and how long it takes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tfod_runtime.card.advice import input_advice
from tfod_runtime.card.latency import a_picture, measure_latency
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.families.adapter import Adapter
from tfod_runtime.labels import Labels
from tfod_runtime.model import open_model
from tfod_runtime.signature import Tensor
from tfod_runtime.tensorflow_log import quiet_tensorflow

_WRITTEN = ("source", "licence")


def make_card(folder: Path, *, verbose: bool = False) -> dict[str, Any]:
    """Looks at a model folder, loads the model and runs it.

    Raises:
        ModelProblem: What keeps it from being used.
        PictureProblem: When it fails on its own sample.
    """
    model = open_model(folder)
    written: Mapping[str, Any] = json.loads((folder / "model.json").read_bytes())
    began = time.perf_counter()
    detector = load_detector(model, DetectorOptions(verbose=verbose))
    loading = time.perf_counter() - began
    latency = measure_latency(detector, a_picture(model.samples))
    return {
        "name": model.name,
        **{name: written.get(name) for name in _WRITTEN},
        "digest": model.digest,
        "bytes": _bytes_of(model.saved_model),
        "family": detector.adapter.family,
        **_of_signature(detector.adapter),
        "labels": _of_labels(model.labels, detector.adapter),
        "loadSeconds": round(loading, 2),
        "latency": latency.to_json(),
        "device": _device(verbose),
    }


def _bytes_of(folder: Path) -> int | None:
    """None where the files are not: an image without TensorFlow holds what was made of them."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) or None


def _of_signature(adapter: Adapter) -> dict[str, Any]:
    signature, feed = adapter.signature, adapter.feed
    return {
        "signature": {
            "key": signature.key,
            "inputs": [_tensor(tensor) for tensor in signature.inputs],
            "outputs": [_tensor(tensor) for tensor in signature.outputs],
        },
        "input": {
            "name": feed.name,
            "kind": feed.kind.value,
            "size": list(feed.size),
            "batchSize": feed.batch_size,
            "advice": input_advice(feed),
        },
    }


def _tensor(tensor: Tensor) -> dict[str, Any]:
    return {
        "name": tensor.name,
        "dtype": tensor.dtype,
        "shape": None if tensor.shape is None else list(tensor.shape),
    }


def _of_labels(labels: Labels, adapter: Adapter) -> dict[str, Any]:
    ids = sorted(labels.names)
    there = range(ids[0], ids[-1] + 1) if ids else range(0)
    return {
        "classes": len(ids),
        "firstId": ids[0] if ids else None,
        "lastId": ids[-1] if ids else None,
        "gaps": [class_id for class_id in there if class_id not in labels.names],
        "names": {str(class_id): labels.names[class_id] for class_id in ids},
        "headClasses": adapter.signature.head_classes,
    }


def _device(verbose: bool) -> str:
    """An image without TensorFlow computes on the CPU."""
    if find_spec("tensorflow") is None:
        return "CPU"
    with quiet_tensorflow(verbose):
        import tensorflow

        gpus = tensorflow.config.list_physical_devices("GPU")
    return f"{len(gpus)} GPU" if gpus else "CPU"
